import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { RecorderStats } from '../../src/record/recorder.ts';
import { TickCount } from '../../src/record/tick-count.ts';

const CHILD = fileURLToPath(new URL('halted-child.ts', import.meta.url));

function segment(fromMs: number, untilMs: number, ...timesMs: number[]) {
  return { fromMs, untilMs, timesMs: Float64Array.from(timesMs) };
}

test('ticks that follow each other, some of them late, have none missing between them', () => {
  const count = new TickCount();
  count.add(segment(0, 45, 10, 20.2, 34, 44));
  count.add(segment(45, 80, 54, 64, 75));
  expect([count.taken, count.lost]).toEqual([7, 0]);
});

test('each interval in a gap without a tick is a lost one', () => {
  const count = new TickCount();
  count.add(segment(0, 130, 10, 50, 60, 120));
  expect([count.taken, count.lost]).toEqual([4, 8]);
});

test('a gap counts across the end of a segment, and not across a pause of the recording', () => {
  const count = new TickCount();
  count.add(segment(0, 50, 10, 20));
  count.add(segment(50, 100, 60, 70));
  expect(count.lost).toBe(3);
  count.add(segment(1000, 1050, 1010, 1020));
  expect([count.taken, count.lost]).toEqual([6, 3]);
});

test('a segment without a tick leaves its gap to the next one', () => {
  const count = new TickCount();
  count.add(segment(0, 20, 10));
  count.add(segment(20, 40));
  count.add(segment(40, 60, 50));
  expect([count.taken, count.lost]).toEqual([2, 3]);
});

test('a process that was halted for 0.5 s while it recorded knows of the ticks that it has lost', async () => {
  const child = fork(CHILD, { execArgv: ['--import', 'tsx'] });
  const [[before, after]] = (await once(child, 'message')) as [[RecorderStats, RecorderStats]];
  expect(before.ticks).toBeGreaterThan(0);
  expect(after.ticks).toBeGreaterThan(before.ticks);
  // 49 intervals. One may have a tick yet that was being taken, and gaps are rounded.
  expect(after.ticksLost - before.ticksLost).toBeGreaterThanOrEqual(45);
});
