import { expect, test } from 'vitest';
import { Slices } from '../../src/encode/slices.ts';

/** Yields whenever the pace is over, for as many steps as it is told. */
function* count(steps: number, slices: Slices): Generator<void, number> {
  let pauses = 0;
  for (let i = 0; i < steps; i++) {
    while (!slices.isOver()) Math.sqrt(i);
    pauses++;
    yield;
  }
  return pauses;
}

test('returns what the computation returns', async () => {
  const slices = new Slices(1);
  expect(await slices.run(count(5, slices))).toBe(5);
});

test('the event loop is free between slices', async () => {
  const slices = new Slices(1);
  let turns = 0;
  let isDone = false;
  const spin = (): void => {
    turns++;
    if (!isDone) setImmediate(spin);
  };
  setImmediate(spin);
  await slices.run(count(20, slices));
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(20);
});

test('remembers the longest stretch it took', async () => {
  const slices = new Slices(2);
  expect(slices.longestMs).toBe(0);
  await slices.run(count(2, slices));
  expect(slices.longestMs).toBeGreaterThanOrEqual(1);
});

test('computations share the allowance of a turn, however many and small', async () => {
  const slices = new Slices(1);
  let turns = 0;
  let isDone = false;
  const spin = (): void => {
    turns++;
    if (!isDone) setImmediate(spin);
  };
  setImmediate(spin);
  // biome-ignore lint/correctness/useYield: it is too small to pause.
  const tiny = function* (): Generator<void, void> {
    const endMs = performance.now() + 0.2;
    while (performance.now() < endMs);
  };
  for (let i = 0; i < 100; i++) await slices.run(tiny());
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(20);
});

test('a pause of its own is waited for', async () => {
  const slices = new Slices(1);
  let pauses = 0;
  await slices.run(count(3, slices), async () => {
    pauses++;
  });
  expect(pauses).toBe(3);
});

test('stopping ends a computation where it pauses next', async () => {
  const slices = new Slices(1);
  const running = slices.run(count(1_000_000, slices));
  slices.stop();
  await expect(running).rejects.toThrow('stopped');
});

test('what a computation throws passes', async () => {
  const slices = new Slices(1);
  // biome-ignore lint/correctness/useYield: it fails before it would.
  const failing = (function* (): Generator<void, never> {
    throw new TypeError('broken');
  })();
  await expect(slices.run(failing)).rejects.toThrow('broken');
});

test('work that nobody wants any more ends where it pauses next, and leaves its allowance to others', async () => {
  const slices = new Slices(1);
  let isWanted = true;
  const needless = slices.whileWanted(() => isWanted);
  const running = needless.run(count(1000, slices));
  isWanted = false;
  await expect(running).rejects.toThrow('stopped');
  expect(await slices.run(count(2, slices))).toBe(2);
});
