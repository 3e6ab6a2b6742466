import { expect, onTestFinished, test } from 'vitest';
import { payloadsOf } from '../support/proxied.ts';
import { startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';
import { type ArrivedProfile, recordedMeanwhile, withoutStarts } from './meanwhile.ts';
import { expectSameTimes, selfAndTotalTimes, type Times } from './times.ts';

const TICK_NS = 1e9 / 99;
/** The shortest that may be set: the run takes longer, and becomes several chunks. */
const MAX_CHUNK_MS = 1000;

interface Run {
  /** Of the transactions, and of the functions that did their work. */
  readonly names: readonly string[];
  /** A function that did its work while there was no transaction. */
  readonly outside: string;
  /** The times in each profile that arrived, and in V8's recording beside. */
  readonly profiles: readonly { readonly arrived: Times; readonly recorded: Times }[];
}

/** Runs transactions, most of which overlap, in a process with that SDK. */
async function runOverlapping(line: '10' | '11', type: 'profile' | 'profile_chunk'): Promise<Run> {
  const relay = await startRelay();
  onTestFinished(() => relay.close());
  const bounded = { maxChunkMs: MAX_CHUNK_MS };
  const result = await runScenario(line, 'mjs', { name: 'witnessed', dsn: relay.dsn, bounded });
  expect(result).toMatchObject({ isFlushed: true, output: '' });
  expect(relay.invalid).toEqual([]);
  const profiles = payloadsOf<ArrivedProfile>(relay, type).map((payload) => {
    // A payload from a V8 profile of its own has a sample for each start too; in the recording there are none left.
    const ticks = withoutStarts(payload);
    const recorded = recordedMeanwhile(ticks, result.recording);
    return { arrived: selfAndTotalTimes(ticks), recorded: selfAndTotalTimes(recorded) };
  });
  return { names: result.names, outside: result.outside, profiles };
}

function expectAsRecorded({ names, outside, profiles }: Run): void {
  for (const { arrived, recorded } of profiles) expectSameTimes(arrived, recorded, TICK_NS);
  const shown = profiles.flatMap(({ arrived }) => [...arrived.keys()].map((key) => key.split(' ').at(-1)));
  expect(shown).toEqual(expect.arrayContaining([...names]));
  expect(shown).not.toContain(outside);
}

test('SDK 10: profiles of transactions that overlap have the times that V8 recorded beside', async () => {
  const run = await runOverlapping('10', 'profile');
  expect(run.profiles).toHaveLength(run.names.length);
  expectAsRecorded(run);
});

test('SDK 11: chunks of transactions that overlap have the times that V8 recorded beside', async () => {
  const run = await runOverlapping('11', 'profile_chunk');
  expect(run.profiles.length).toBeGreaterThan(1);
  expectAsRecorded(run);
});
