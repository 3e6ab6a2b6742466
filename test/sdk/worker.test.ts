import { afterEach, beforeEach, expect, test } from 'vitest';
import { payloadsOf } from '../support/proxied.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

const namesOf = (thread: string): string[] => Array.from({ length: 4 }, (_, i) => `${thread} ${i}`);

// The SDK itself profiles no worker, since it crashed there (getsentry/sentry-javascript#20029): that the worker's profiles
// arrive can't be asked for, only that it is none the worse for the integration.
test.each(['10', '11'] as const)(
  'SDK %s: a worker with the integration sends its transactions, and the main thread its profiles',
  async (project) => {
    const result = await runScenario(project, 'mjs', { name: 'worker', dsn: relay.dsn });
    const { inWorker, workerExitCode, stats, isFlushed, output, exitCode } = result;
    expect({ isFlushed, output, exitCode }).toEqual({ isFlushed: true, output: '', exitCode: 0 });
    expect(workerExitCode).toBe(0);
    expect(relay.invalid).toEqual([]);
    const names = payloadsOf<ScenarioResult>(relay, 'transaction').map(({ transaction }) => transaction);
    expect(names.sort()).toEqual([...namesOf('main'), 'main, meanwhile', ...namesOf('worker')]);
    expect(inWorker).toMatchObject({
      isFlushed: true,
      stats: { captured: 0, running: 0, memory: { heldBytes: 0 }, capabilities: { nativeSeam: false } },
    });
    expect(stats).toMatchObject({
      delivered: stats.captured,
      running: 0,
      memory: { heldBytes: 0 },
      capabilities: { nativeSeam: true },
    });
    if (project === '10') {
      const profiled = payloadsOf<ScenarioResult>(relay, 'profile').map(({ transaction: { name } }) => name);
      expect(profiled.sort()).toEqual([...namesOf('main'), 'main, meanwhile']);
    } else {
      expect(relay.counts.profile_chunk).toBe(stats.delivered);
      expect(stats.delivered).toBeGreaterThan(0);
    }
  },
);
