import { expect, test } from 'vitest';
import { runToEnd } from '../../src/pace/pace.ts';
import { makeProfile } from '../../src/record/recorded-payload.ts';
import type { Mark } from '../../src/record/recorder.ts';
import type { NativeProfile } from '../../src/record/segment.ts';
import { serve, untouched } from '../support/native-profiler.ts';
import { createRecorder } from '../support/recording.ts';
import { arrivedTicks, nativeTicks, onClockOf, shareFound, ticksWithin } from '../support/ticks.ts';

const MIN_SHARE = 0.97;

/** When five profiles begin and end, in milliseconds: one within another, two that overlap, one across all. */
const MARKS = [
  { fromMs: 0, untilMs: 4000 },
  { fromMs: 300, untilMs: 2000 },
  { fromMs: 500, untilMs: 1500 },
  { fromMs: 1800, untilMs: 3600 },
  { fromMs: 2500, untilMs: 3900 },
];

test('of five profiles that overlap, each is what V8 has recorded in its time, beside which it runs', async () => {
  const { recorder, host } = createRecorder();
  const startMs = performance.now();
  untouched.start('beside');
  const marks: Mark[] = [];
  const runs = MARKS.map(async ({ fromMs, untilMs }, i) => {
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await wait(fromMs);
    const mark = recorder.open(host, () => {});
    marks[i] = mark;
    await wait(untilMs - fromMs);
    recorder.close(mark, performance.now());
    await recorder.ready(mark.untilMs);
  });
  await Promise.all([...runs, serve(4200)]);
  const native = nativeTicks(
    untouched.stop('beside') as NativeProfile,
    startMs,
    ({ function: name, abs_path }) => {
      return name === 'start' && String(abs_path).includes('native-profiler');
    },
  );
  for (const { fromMs, untilMs } of marks) {
    const cut = runToEnd(recorder.cut([{ fromMs, untilMs, isContinued: false }]));
    const profile = makeProfile(cut, { format: 'transaction', startMs: fromMs }, () => []);
    const own = arrivedTicks({ profile }, fromMs);
    const arrived = onClockOf(native, own);
    expect(arrived.length).toBe(cut.timesMs.length - 1);
    expect(arrived.map(({ timeMs }) => timeMs)).toEqual(
      arrived.map(({ timeMs }) => timeMs).sort((a, b) => a - b),
    );
    expect(own[0]?.timeMs).toBeGreaterThanOrEqual(fromMs - 0.001);
    expect(own.at(-1)?.timeMs).toBeLessThanOrEqual(untilMs);
    const expected = ticksWithin(native, fromMs, untilMs);
    expect(expected.length).toBeGreaterThan(20);
    expect(shareFound(expected, arrived)).toBeGreaterThanOrEqual(MIN_SHARE);
    expect(shareFound(ticksWithin(arrived, fromMs, untilMs), native)).toBeGreaterThanOrEqual(MIN_SHARE);
  }
});
