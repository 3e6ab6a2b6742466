import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveSamples } from '../support/profiles.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** Every profile of the scenario has arrived, with every sample, compact, and the statistics say so. */
function expectAllDelivered({ stats, profiles, isFlushed, output }: ScenarioResult): void {
  expect(isFlushed).toBe(true);
  expect(output).toBe('');
  expect(profiles.length).toBeGreaterThan(0);
  const received = relay.items.filter(({ type }) => type === 'profile' || type === 'profile_chunk');
  expect(relay.invalid).toEqual([]);
  expect(relay.requests.flatMap(({ error }) => error ?? [])).toEqual([]);
  expect(stats).toMatchObject({
    captured: profiles.length,
    delivered: received.length,
    pending: 0,
    dropped: { total: 0 },
    memory: { heldBytes: 0 },
    capabilities: { streamingUpload: true },
  });
  // biome-ignore lint/suspicious/noExplicitAny: ids differ by format.
  const idOf = (profile: any): string => profile.chunk_id ?? profile.event_id;
  const originals = new Map(profiles.map((text: string) => [idOf(JSON.parse(text)), JSON.parse(text)]));
  for (const { json } of received) {
    const original = originals.get(idOf(json)) as never;
    expect(resolveSamples(json as never)).toEqual(resolveSamples(original));
  }
  const originalBytes = profiles.reduce((sum: number, text: string) => sum + Buffer.byteLength(text), 0);
  expect(Math.abs(stats.bytes.original / originalBytes - 1)).toBeLessThan(0.02);
  expect(stats.bytes.encoded).toBe(received.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  expect(stats.bytes.encoded).toBeLessThanOrEqual(originalBytes);
}

test.each([
  { format: 'mjs', order: 'profiling-first' },
  { format: 'mjs', order: 'bounded-first' },
  { format: 'cjs', order: 'profiling-first' },
] as const)(
  'SDK 10, span mode, $format, $order: each profile beside its transaction',
  async ({ format, order }) => {
    const result = await runScenario('10', format, { name: 'span', dsn: relay.dsn, order });
    expect(result.version).toMatch(/^10\./);
    expectAllDelivered(result);
    expect(relay.counts).toMatchObject({ transaction: 8, profile: 8 });
    for (const { items } of relay.requests) {
      const types = items.map(({ type }) => type);
      expect(types.includes('profile')).toBe(types.includes('transaction'));
    }
  },
);

test.each([
  { line: '10', lifecycle: 'trace', format: 'mjs' },
  { line: '10', lifecycle: 'manual', format: 'mjs' },
  { line: '11', lifecycle: 'trace', format: 'mjs' },
  { line: '11', lifecycle: 'manual', format: 'mjs' },
  { line: '11', lifecycle: 'manual', format: 'cjs' },
] as const)(
  'SDK $line, continuous mode, $lifecycle, $format: every chunk',
  async ({ line, lifecycle, format }) => {
    const result = await runScenario(line, format, { name: 'continuous', dsn: relay.dsn, lifecycle });
    expect(result.version.startsWith(line)).toBe(true);
    expectAllDelivered(result);
    expect(relay.counts.transaction).toBe(3);
  },
);

test('our own uploads are not traced and leave no breadcrumb', async () => {
  await runScenario('11', 'mjs', { name: 'continuous', dsn: relay.dsn, lifecycle: 'trace' });
  const text = JSON.stringify(relay.items.filter(({ type }) => type === 'transaction'));
  expect(text).not.toContain(String(relay.port));
});

test.each(['10', '11'] as const)('SDK %s: a process whose relay is down ends by itself', async (line) => {
  const { dsn } = relay;
  await relay.close();
  const result = await runScenario(line, 'mjs', {
    name: 'continuous',
    dsn,
    lifecycle: 'manual',
    flushMs: 50,
  });
  expect(result).toMatchObject({
    exitCode: 0,
    output: '',
    isFlushed: false,
    stats: { pending: 3, captured: 3 },
  });
});
