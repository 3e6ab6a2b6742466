import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { payloadsOf } from '../support/proxied.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** The versions of core that `@sentry/node` and the profiler have. */
function coreVersions(): string[] {
  const project = createRequire(new URL('./10-mixed/main.mjs', import.meta.url));
  return ['@sentry/node', '@sentry/profiling-node'].map(
    (name) => createRequire(project.resolve(name))('@sentry/core').SDK_VERSION,
  );
}

// Each copy has scopes of its own: with the stock SDK, the context that the profiler writes into its scope reaches no transaction.
test.each([
  ['in one isolation scope', { name: 'profiles', variant: 'one scope' }, 10],
  ['in a scope of its own each', { name: 'span' }, 8],
] as const)(
  '@sentry/node 10.78 beside profiling-node 10.75: every transaction arrives with its own profile, %s',
  async (_where, scenario, count) => {
    expect(coreVersions()).toEqual(['10.78.0', '10.75.3']);
    const request = { ...scenario, dsn: relay.dsn, bounded: { sampling: false } };
    const { stats, isFlushed, output, version } = await runScenario('10-mixed', 'mjs', request);
    expect({ isFlushed, output, version }).toEqual({ isFlushed: true, output: '', version: '10.78.0' });
    expect(relay.invalid).toEqual([]);
    const expected = payloadsOf<ScenarioResult>(relay, 'transaction').map(
      ({ transaction: name, event_id: id, contexts }) => ({ name, id, trace_id: contexts.trace.trace_id }),
    );
    const names = Array.from({ length: count }, (_, i) => `request ${i}`);
    expect(expected.map(({ name }) => name).sort()).toEqual(names);
    const profiled = payloadsOf<ScenarioResult>(relay, 'profile').map(
      ({ transaction: { name, id, trace_id } }) => ({ name, id, trace_id }),
    );
    expect(profiled).toHaveLength(count);
    expect(profiled).toEqual(expect.arrayContaining(expected));
    expect(stats).toMatchObject({
      captured: count,
      delivered: count,
      abandoned: 0,
      memory: { heldBytes: 0 },
    });
  },
);
