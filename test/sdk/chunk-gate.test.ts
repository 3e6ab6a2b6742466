import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

interface Chunk {
  readonly profiler_id: string;
  readonly profile: { readonly samples: readonly { readonly timestamp: number }[] };
}

test.each([
  { line: '10', lifecycle: 'manual' },
  { line: '10', lifecycle: 'trace' },
  { line: '11', lifecycle: 'manual' },
  { line: '11', lifecycle: 'trace' },
] as const)(
  'SDK $line, $lifecycle: chunks follow each other, none after the end',
  async ({ line, lifecycle }) => {
    const bounded = { maxChunkMs: 1000, sampling: false };
    const request = { name: 'rotation', dsn: relay.dsn, lifecycle, bounded } as const;
    const { before, stopped, stats, output, exitCode } = await runScenario(line, 'mjs', request);
    expect({ output, exitCode }).toEqual({ output: '', exitCode: 0 });
    expect(relay.invalid).toEqual([]);
    // V8 goes on for a moment after the end.
    for (const { running } of [before, stopped]) {
      expect(running).toBeGreaterThan(0);
      expect(running).toBeLessThanOrEqual(2);
    }
    const chunks = relay.items.flatMap(({ type, json }) => (type === 'profile_chunk' ? (json as Chunk) : []));
    expect(chunks.length).toBeGreaterThanOrEqual(3);
    expect(stats).toMatchObject({
      captured: chunks.length,
      delivered: chunks.length,
      running: 0,
      abandoned: 0,
      skipped: { rate: 0, budget: 0, active: 0 },
      memory: { heldBytes: 0 },
      capabilities: { nativeSeam: true, transactionGate: false, chunkGate: true },
    });
    expect(new Set(chunks.map(({ profiler_id }) => profiler_id)).size).toBe(1);
    const times = chunks
      .map(({ profile }) => profile.samples.map(({ timestamp }) => timestamp))
      .sort((a, b) => (a[0] as number) - (b[0] as number));
    for (const own of times) expect(own).toEqual(own.toSorted((a, b) => a - b));
    // Each begins where the last one ended. Each reads the wall clock anew, in milliseconds.
    const between = times.slice(1).map((next, i) => (next[0] as number) - (times[i]?.at(-1) as number));
    expect(Math.max(...between.map(Math.abs))).toBeLessThan(0.002);
  },
);
