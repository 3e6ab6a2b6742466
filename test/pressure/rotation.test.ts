import { expect, test } from 'vitest';
import { startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';

const STOCK_CHUNK_MS = 60_000;

/** The sampling interval of the native profiler. */
const TICK_SECONDS = 0.01;

/** The wall clock is read in whole milliseconds. */
const CLOCK_STEP_SECONDS = 0.002;

interface Chunk {
  profiler_id: string;
  profile: { samples: { timestamp: number; thread_id: string }[] };
}

test('rotation keeps native stops short, and loses or repeats no tick', async () => {
  const relay = await startRelay();
  const otherRelay = await startRelay();
  const stock = await runScenario('11', 'mjs', {
    name: 'stops',
    dsn: otherRelay.dsn,
    bounded: false,
    durationMs: STOCK_CHUNK_MS + 500,
  });
  const bounded = await runScenario('11', 'mjs', {
    name: 'stops',
    dsn: relay.dsn,
    bounded: {},
    durationMs: 35_000,
  });
  const longestMs = ({ stopsMs }: { stopsMs: number[] }): number => Math.max(...stopsMs);
  expect(longestMs(bounded)).toBeLessThanOrEqual(longestMs(stock) / 4);

  const chunks = relay.items
    .filter(({ type }) => type === 'profile_chunk')
    .map(({ json }) => json as unknown as Chunk)
    .sort((a, b) => firstOf(a) - firstOf(b));
  expect(chunks.length).toBeGreaterThanOrEqual(4);
  expect(new Set(chunks.map(({ profiler_id }) => profiler_id)).size).toBe(1);
  for (const { profile } of chunks) {
    const times = profile.samples.map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
  for (const [i, chunk] of chunks.slice(1).entries()) {
    const last = chunks[i]?.profile.samples.at(-1)?.timestamp ?? 0;
    // The last sample of one and the first of the next are the same moment: the cut between them.
    expect(firstOf(chunk)).toBeGreaterThanOrEqual(last - CLOCK_STEP_SECONDS);
    expect(firstOf(chunk) - last).toBeLessThan(10 * TICK_SECONDS);
  }
  await relay.close();
  await otherRelay.close();
});

function firstOf({ profile }: Chunk): number {
  return profile.samples[0]?.timestamp ?? 0;
}
