import type { Run } from './run-all.ts';

/** Facts about runs that a reader of their figures must know. */
export function warningsOf(runs: readonly Run[]): string[] {
  return runs.flatMap(({ name, mode, measurement, failure }) => {
    const where = `${name}, ${mode}`;
    if (measurement === undefined) return `${where}: no figures. ${failure}`;
    const { failedRequests, invalid } = measurement;
    return [
      ...(failedRequests > 0 ? [`${where}: ${failedRequests} requests were not answered.`] : []),
      ...invalid.map((reason) => `${where}: Relay would drop a ${reason}.`),
    ];
  });
}
