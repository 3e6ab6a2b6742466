export {
  type BoundedProfilingIntegration,
  boundedProfilingIntegration,
  getProfilingStats,
} from './integration.ts';
export type { ProfilingStats } from './observe/stats.ts';
export type { BoundedProfilingOptions, Drop, DropReason } from './options.ts';
