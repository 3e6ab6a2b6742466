import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { payloadsOf } from '../support/proxied.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioRequest, type ScenarioResult } from '../support/scenario.ts';
import {
  arrivedTicks,
  isStart,
  nativeTicks,
  onClockOf,
  shareFound,
  type Tick,
  TOLERANCE_MS,
  ticksWithin,
} from '../support/ticks.ts';

const MIN_SHARE = 0.97;

/** The SDK's work at the end of a span still belongs to it, and takes a while on a busy machine. */
const ENDING_MS = 50;

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

type Chunk = Profile & { chunk_id: string };

interface Outcome {
  /** The ticks of each transaction's time in V8's own recording. */
  readonly expected: readonly Tick[][];
  /** All ticks that arrived, in order, and those that were there when the flush in between had ended. */
  readonly arrived: readonly Tick[];
  readonly flushed: readonly Tick[];
}

const startOf = ({ profile }: Profile): number => profile.samples[0]?.timestamp ?? 0;

/** A service with a flush in between and one at the end. All that arrives is in V8's own recording, once, and within a transaction. */
async function run(project: '10' | '11', variant: string): Promise<Outcome> {
  const request: ScenarioRequest = {
    name: 'beside',
    variant,
    dsn: relay.dsn,
    lifecycle: 'trace',
    // None of these ends a chunk here.
    bounded: { sampling: false, maxChunkMs: 60_000 },
  };
  const flushes: { chunkCount: number; isFlushed: boolean; stats: ScenarioResult }[] = [];
  const onProgress = (flush: ScenarioResult): void => {
    flushes.push({ ...flush, chunkCount: relay.counts.profile_chunk ?? 0 });
  };
  const result = await runScenario(project, 'mjs', request, { onProgress });
  const { native, startMs, epochMs, starts, ends, stats, isFlushed, output } = result;
  expect({ isFlushed, output, invalid: relay.invalid }).toEqual({ isFlushed: true, output: '', invalid: [] });
  const { chunkCount: flushedCount = 0, ...flush } = flushes[0] ?? {};
  expect(flush).toMatchObject({
    isFlushed: true,
    stats: { captured: flushedCount, delivered: flushedCount, pending: 0 },
  });
  const chunks = payloadsOf<Chunk>(relay, 'profile_chunk').sort((a, b) => startOf(a) - startOf(b));
  expect(new Set(chunks.map(({ chunk_id }) => chunk_id)).size).toBe(chunks.length);
  expect(stats).toMatchObject({
    captured: chunks.length,
    delivered: chunks.length,
    memory: { heldBytes: 0 },
  });

  const all = nativeTicks(native, startMs, isStart);
  const ticks = chunks.map((chunk, i) => arrivedTicks(chunk, epochMs, i > 0));
  const arrived = onClockOf(all, ticks.flat());
  const times = arrived.map(({ timeMs }) => timeMs);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  expect(shareFound(arrived, all)).toBeGreaterThanOrEqual(MIN_SHARE);
  const names = Object.keys(starts);
  const isCovered = ({ timeMs }: Tick): boolean =>
    names.some((name) => timeMs > starts[name] - TOLERANCE_MS && timeMs < ends[name] + ENDING_MS);
  expect(arrived.filter((tick) => !isCovered(tick))).toEqual([]);
  return {
    expected: names.map((name) => ticksWithin(all, starts[name], ends[name])),
    arrived,
    flushed: arrived.slice(0, ticks.slice(0, flushedCount).flat().length),
  };
}

test.each(['10', '11'] as const)(
  'SDK %s: a flush during a short part of a chunk sends what has ended before, and nothing is lost or sent twice',
  async (project) => {
    const { expected, arrived, flushed } = await run(project, 'flush after one');
    expect(shareFound(expected[0] ?? [], flushed)).toBeGreaterThanOrEqual(MIN_SHARE);
    expect(expected[0]?.length).toBeGreaterThan(20);
    for (const ticks of expected) expect(shareFound(ticks, arrived)).toBeGreaterThanOrEqual(MIN_SHARE);
    expect(expected).toHaveLength(3);
  },
);

test.each(['10', '11'] as const)('SDK %s: nor by a flush before anything has ended', async (project) => {
  const { expected, arrived } = await run(project, 'flush at once');
  for (const ticks of expected) expect(shareFound(ticks, arrived)).toBeGreaterThanOrEqual(MIN_SHARE);
  expect(expected).toHaveLength(2);
});
