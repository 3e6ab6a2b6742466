import { boundedProfilingIntegration, getProfilingStats } from 'sentry-bounded-profiling';
import { createSdkContender } from './sdk.mjs';

/**
 * @param {number} sinkPort
 * @returns {import('./contender.d.ts').Contender}
 */
export function createContender(sinkPort) {
  const { send } = createSdkContender(sinkPort, [boundedProfilingIntegration()]);
  return { send, longestSliceMs: () => getProfilingStats()?.longestSliceMs };
}
