import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GovernorState, govern, INITIAL_STATE } from '../../src/sampling/governor.ts';
import { RECOVERY_MS } from '../../src/sampling/memory-rate.ts';
import type { Signals } from '../../src/sampling/signals.ts';
import { MiB, WATERMARKS } from './simulation.ts';

const CALM: Signals = {
  heapLiveRatio: 0.3,
  heapCollections: 1,
  heapUsedRatio: 0.4,
  containerRatio: 0,
  activeContexts: 1,
  expectedBytes: MiB,
  availableBytes: 32 * MiB,
};

/** Takes a decision a second from a start, each with the signals at that second. */
function run(
  signalsAt: (second: number) => Partial<Signals>,
  { from = 0, seconds, state = INITIAL_STATE }: { from?: number; seconds: number; state?: GovernorState },
): GovernorState {
  let next = state;
  for (let second = from; second < from + seconds; second++)
    next = govern({ ...CALM, ...signalsAt(second) }, next, second * 1000, WATERMARKS);
  return next;
}

test('calm memory and room leave the rate as it is', () => {
  expect(run(() => ({}), { seconds: 5 })).toMatchObject({ rate: 1, kind: 'normal' });
});

test('a fresh reading above high halves the rate at once, a stale one does nothing more', () => {
  const stale = () => ({ heapLiveRatio: 0.72, heapCollections: 2 });
  expect(run(stale, { seconds: 1 })).toMatchObject({ rate: 0.5, kind: 'reduced' });
  expect(run(stale, { seconds: 100 }).rate).toBe(0.5);
  const fresh = (second: number) => ({ heapLiveRatio: 0.72, heapCollections: 2 + second });
  expect(run(fresh, { seconds: 3 }).rate).toBe(0.125);
  expect(run(fresh, { seconds: 100 }).rate).toBe(1 / 64);
});

test('between the watermarks the rate holds', () => {
  const state = run(() => ({ heapLiveRatio: 0.72, heapCollections: 2 }), { seconds: 1 });
  const between = (second: number) => ({ heapLiveRatio: 0.65, heapCollections: 2 + second });
  expect(run(between, { from: 1, seconds: 300, state }).rate).toBe(0.5);
});

test('below low the rate is held for a while, then doubles, and is whole in time', () => {
  const state = run((second) => ({ heapLiveRatio: 0.75, heapCollections: 2 + second }), { seconds: 20 });
  const calm = () => ({ heapCollections: 30 });
  expect(run(calm, { from: 20, seconds: 10, state }).rate).toBe(1 / 64);
  expect(run(calm, { from: 20, seconds: 19, state }).rate).toBeCloseTo(1 / 32, 10);
  const recovered = run(calm, { from: 20, seconds: RECOVERY_MS / 1000 + 1, state });
  expect(recovered).toMatchObject({ rate: 1, kind: 'reduced' });
  expect(
    run(calm, { from: 20 + RECOVERY_MS / 1000 + 1, seconds: RECOVERY_MS / 1000, state: recovered }).kind,
  ).toBe('normal');
});

test('critical memory pauses at once, and profiling resumes only below high', () => {
  let state = run(() => ({ heapLiveRatio: 0.78, heapCollections: 2 }), { seconds: 1 });
  expect(state).toMatchObject({ rate: 0, kind: 'paused' });
  state = run((second) => ({ heapLiveRatio: 0.71, heapCollections: 2 + second }), {
    from: 1,
    seconds: 100,
    state,
  });
  expect(state).toMatchObject({ rate: 0, kind: 'paused' });
  state = run(() => ({ heapLiveRatio: 0.69, heapCollections: 200 }), { from: 101, seconds: 1, state });
  expect(state).toMatchObject({ rate: 1 / 64, kind: 'reduced' });
});

test.each([
  { live: 0, used: 0.76, kind: 'normal' },
  { live: 0, used: 0.78, kind: 'paused' },
  { live: 0.5, used: 0.89, kind: 'normal' },
  { live: 0.5, used: 0.9, kind: 'paused' },
])('used memory of $used over $live live is $kind', ({ live, used, kind }) => {
  expect(run(() => ({ heapLiveRatio: live, heapUsedRatio: used }), { seconds: 1 }).kind).toBe(kind);
});

test('the container has watermarks of its own, and cuts once in ten seconds', () => {
  expect(run(() => ({ containerRatio: 0.84 }), { seconds: 60 }).rate).toBe(1);
  expect(run(() => ({ containerRatio: 0.86 }), { seconds: 10 }).rate).toBe(0.5);
  expect(run(() => ({ containerRatio: 0.86 }), { seconds: 11 }).rate).toBe(0.25);
  expect(run(() => ({ containerRatio: 0.92 }), { seconds: 1 }).kind).toBe('paused');
});

test('what the budget carries is shared among the contexts, and memory takes its part of that', () => {
  const rateFor = (signals: Partial<Signals>) => run(() => signals, { seconds: 1 }).rate;
  expect(rateFor({ activeContexts: 100_000, availableBytes: 25 * MiB })).toBeCloseTo(32.5 / 100_000, 10);
  expect(rateFor({ activeContexts: 100, availableBytes: 0 })).toBe(0);
  expect(rateFor({ activeContexts: 100, availableBytes: -MiB })).toBe(0);
  expect(rateFor({ activeContexts: 0, availableBytes: 0 })).toBe(1);
  const pressed = { heapLiveRatio: 0.72, heapCollections: 2 };
  expect(rateFor({ activeContexts: 100_000, availableBytes: 25 * MiB, ...pressed })).toBeCloseTo(
    32.5 / 200_000,
    10,
  );
});

test('a full budget reduces and does not pause', () => {
  expect(run(() => ({ availableBytes: 0 }), { seconds: 1 })).toMatchObject({ rate: 0, kind: 'reduced' });
});

test('contexts that come and go about the limit change the kind at most once in a recovery', () => {
  const changes: number[] = [];
  let state = INITIAL_STATE;
  for (let second = 0; second < 3600; second++) {
    const activeContexts = second % 61 === 0 ? 80 : 30;
    const next = govern({ ...CALM, activeContexts }, state, second * 1000, WATERMARKS);
    if (next.kind !== state.kind) changes.push(second * 1000);
    state = next;
  }
  expect(changes.length).toBeGreaterThan(1);
  for (const [i, atMs] of changes.entries())
    expect(atMs - (changes[i - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(RECOVERY_MS);
});

test('whatever the signals say, the rate is from 0 to 1, and nonsense is no pressure', () => {
  const nonsense = fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
  );
  const signal = fc.oneof(fc.double({ min: 0, max: 1 }), fc.nat(1e9), nonsense);
  const signals = fc.record({
    heapLiveRatio: signal,
    heapCollections: signal,
    heapUsedRatio: signal,
    containerRatio: signal,
    activeContexts: signal,
    expectedBytes: signal,
    availableBytes: signal,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(signals, fc.nat(100_000)), { maxLength: 50 }), (steps) => {
      let state = INITIAL_STATE;
      let nowMs = 0;
      for (const [one, waitMs] of steps) {
        nowMs += waitMs;
        state = govern(one, state, nowMs, WATERMARKS);
        expect(state.rate).toBeGreaterThanOrEqual(0);
        expect(state.rate).toBeLessThanOrEqual(1);
        expect(state.memory.rate === 0).toBe(state.kind === 'paused');
      }
    }),
    { numRuns: 500 },
  );
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    const all = Object.fromEntries(Object.keys(CALM).map((name) => [name, bad])) as unknown as Signals;
    const rate = govern({ ...all, availableBytes: Number.NaN }, INITIAL_STATE, 0, WATERMARKS).rate;
    expect(rate).toBe(1);
  }
});
