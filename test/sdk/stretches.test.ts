import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { payloadsOf } from '../support/proxied.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** How many stretches of profiling the chunks show: in each, one without frames stands between two. */
function stretchesIn(chunks: readonly Profile[]): number {
  return chunks.reduce((sum, { profile: { samples, stacks } }) => {
    return sum + 1 + samples.filter(({ stack_id }) => stacks[stack_id]?.length === 0).length;
  }, 0);
}

test.each(['10', '11'] as const)('SDK %s, trace: many short spans are few chunks', async (line) => {
  const bounded = { sampling: false };
  const request = {
    name: 'stretches',
    variant: 'spans',
    dsn: relay.dsn,
    lifecycle: 'trace',
    bounded,
  } as const;
  const { stats, isFlushed, output } = await runScenario(line, 'mjs', request);
  expect({ isFlushed, output, invalid: relay.invalid }).toEqual({ isFlushed: true, output: '', invalid: [] });
  const chunks = payloadsOf<Profile>(relay, 'profile_chunk');
  expect(chunks.length).toBeLessThanOrEqual(8);
  expect(stats).toMatchObject({
    captured: chunks.length,
    delivered: chunks.length,
    memory: { heldBytes: 0 },
  });
  expect(relay.counts.transaction).toBe(350);
  // A span may lie between two ticks.
  expect(stretchesIn(chunks)).toBeGreaterThan(250);
  for (const { profile } of chunks) {
    const times = profile.samples.map(({ timestamp }) => timestamp as number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect((times.at(-1) as number) - (times[0] as number)).toBeLessThan(66);
  }
});

test.each([-1000, -2500, -5000, 3000])(
  'SDK 11: the wall clock set by %d ms before each stretch costs none',
  async (durationMs) => {
    const request = {
      name: 'stretches',
      variant: 'clock',
      dsn: relay.dsn,
      lifecycle: 'manual',
      durationMs,
    } as const;
    const { stats, isFlushed } = await runScenario('11', 'mjs', { ...request, bounded: { sampling: false } });
    expect({ isFlushed, invalid: relay.invalid }).toEqual({ isFlushed: true, invalid: [] });
    const chunks = payloadsOf<Profile>(relay, 'profile_chunk');
    expect(stretchesIn(chunks)).toBe(6);
    // Times of two clocks do not go into one chunk.
    expect(chunks).toHaveLength(6);
    expect(stats).toMatchObject({ captured: 6, delivered: 6, dropped: { total: 0 } });
  },
);
