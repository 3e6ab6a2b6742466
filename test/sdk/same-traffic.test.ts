import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

let relays: Relay[];
beforeEach(async () => {
  relays = await Promise.all([startRelay(), startRelay()]);
});
afterEach(() => Promise.all(relays.map((relay) => relay.close())));

/** Describes an item by values that are the same in every run. */
function describe({ type, json }: { type: string; json?: unknown }): string {
  const payload = json as ScenarioResult;
  const name =
    payload?.transaction ?? payload?.message ?? payload?.exception?.values?.[0]?.value ?? payload?.status;
  const spans = payload?.spans?.map((span: { description: string }) => span.description) ?? [];
  return [type, name, ...spans, Object.keys(payload ?? {}).sort()].join(' ');
}

test.each(['10', '11'] as const)('SDK %s sends the same with and without the integration', async (line) => {
  const [without, bounded] = relays as [Relay, Relay];
  await runScenario(line, 'mjs', { name: 'traffic', dsn: without.dsn, bounded: false });
  const result = await runScenario(line, 'mjs', { name: 'traffic', dsn: bounded.dsn });
  const [expected, actual] = [without, bounded].map((relay) =>
    relay.items
      .filter(({ type }) => !type.startsWith('profile'))
      .map(describe)
      .sort(),
  );
  expect(actual).toEqual(expected);
  expect(new Set(bounded.items.map(({ type }) => type))).toEqual(
    new Set(without.items.map(({ type }) => type)),
  );
  expect(bounded.counts).toMatchObject({ transaction: 5, event: 8 });
  expect(result.stats.delivered).toBeGreaterThan(0);
});

test.each(['10', '11'] as const)(
  'SDK %s: two clients each have their own, and close restores both',
  async (line) => {
    const [first, second] = relays as [Relay, Relay];
    const { stats, current, sendNames } = await runScenario(line, 'mjs', {
      name: 'reinit',
      dsn: first.dsn,
      otherDsn: second.dsn,
    });
    expect(stats).toMatchObject([
      { captured: 1, delivered: 1 },
      { captured: 1, delivered: 1 },
    ]);
    expect(current).toEqual(stats[1]);
    for (const relay of [first, second]) {
      expect((relay.counts.profile ?? 0) + (relay.counts.profile_chunk ?? 0)).toBe(1);
      expect(relay.invalid).toEqual([]);
    }
    expect(sendNames).toEqual(['send', 'send']);
  },
);

test.each([
  { relayIs: 'slow', behaviour: { kind: 'slow', delayMs: 300 }, flushMs: 3000 },
  { relayIs: 'down', behaviour: { kind: 'normal' }, flushMs: undefined },
] as const)(
  'SDK 10, $relayIs relay: close and exit leave no transaction behind',
  async ({ relayIs, behaviour, flushMs }) => {
    const [, relay] = relays as [Relay, Relay];
    relay.behave(behaviour);
    const { dsn } = relay;
    if (relayIs === 'down') await relay.close();
    const result = await runScenario('10', 'mjs', { name: 'closing', dsn, ...(flushMs && { flushMs }) });
    // An exit code of 13 would say that the promise of `close` was left unsettled.
    expect(result).toMatchObject({ exitCode: 0, isClosed: relayIs === 'slow' });
    if (relayIs === 'slow') expect(relay.counts).toMatchObject({ transaction: 20 });
  },
);
