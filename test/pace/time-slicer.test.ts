import { expect, test } from 'vitest';
import { TimeSlicer } from '../../src/pace/time-slicer.ts';

/** Yields whenever the pace is over, for as many steps as it is told. */
function* count(steps: number, slicer: TimeSlicer): Generator<void, number> {
  let pauses = 0;
  for (let i = 0; i < steps; i++) {
    while (!slicer.isOver()) Math.sqrt(i);
    pauses++;
    yield;
  }
  return pauses;
}

/** Counts turns of the event loop, until it is asked for them. */
function countTurns(): { end(): number } {
  let turns = 0;
  let next: NodeJS.Immediate;
  const spin = (): void => {
    turns++;
    next = setImmediate(spin);
  };
  next = setImmediate(spin);
  return {
    end() {
      clearImmediate(next);
      return turns;
    },
  };
}

test('returns what the computation returns', async () => {
  const slicer = new TimeSlicer(1);
  expect(await slicer.run(count(5, slicer))).toBe(5);
});

test('the event loop is free between slices', async () => {
  const slicer = new TimeSlicer(1);
  const turns = countTurns();
  await slicer.run(count(20, slicer));
  expect(turns.end()).toBeGreaterThanOrEqual(20);
});

test('remembers the longest stretch it took', async () => {
  const slicer = new TimeSlicer(2);
  expect(slicer.longestMs).toBe(0);
  await slicer.run(count(2, slicer));
  expect(slicer.longestMs).toBeGreaterThanOrEqual(1);
});

test('computations share the allowance of a turn, however many and small', async () => {
  const slicer = new TimeSlicer(1);
  const turns = countTurns();
  // biome-ignore lint/correctness/useYield: it is too small to pause.
  const tiny = function* (): Generator<void, void> {
    const endMs = performance.now() + 0.2;
    while (performance.now() < endMs);
  };
  for (let i = 0; i < 100; i++) await slicer.run(tiny());
  expect(turns.end()).toBeGreaterThanOrEqual(20);
});

test('a pause of its own is waited for', async () => {
  const slicer = new TimeSlicer(1);
  let pauses = 0;
  await slicer.run(count(3, slicer), async () => {
    pauses++;
  });
  expect(pauses).toBe(3);
});

test('stopping ends a computation where it pauses next', async () => {
  const slicer = new TimeSlicer(1);
  const running = slicer.run(count(1_000_000, slicer));
  slicer.stop();
  await expect(running).rejects.toThrow('stopped');
});

test('what a computation throws passes', async () => {
  const slicer = new TimeSlicer(1);
  // biome-ignore lint/correctness/useYield: it fails before it would.
  const failing = (function* (): Generator<void, never> {
    throw new TypeError('broken');
  })();
  await expect(slicer.run(failing)).rejects.toThrow('broken');
});

test('work that nobody wants any more ends where it pauses next, and leaves its allowance to others', async () => {
  const slicer = new TimeSlicer(1);
  let isWanted = true;
  const needless = slicer.whileWanted(() => isWanted);
  const running = needless.run(count(1000, slicer));
  isWanted = false;
  await expect(running).rejects.toThrow('stopped');
  expect(await slicer.run(count(2, slicer))).toBe(2);
});
