export type { UploadStats } from './deliver/upload.ts';
export {
  type BoundedProfilingIntegration,
  boundedProfilingIntegration,
  getProfilingStats,
} from './integration.ts';
export type { Delivery, Skip, StateChange } from './observe/channels.ts';
export type { HeldBackStats } from './observe/held-back.ts';
export type { OversizedStats } from './observe/oversized.ts';
export type { ProfilingStats } from './observe/stats.ts';
export type { BoundedProfilingOptions, Drop, DropReason, SamplingOptions } from './options.ts';
export type { ProfileFormat } from './profile/types.ts';
export type { RecorderStats } from './record/recorder.ts';
export type { SkipReason } from './sampling/admission.ts';
export type { SamplingCause, SamplingState, SamplingStats } from './sampling/sampling.ts';
