import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECOVERY_MS } from '../../src/sampling/memory-rate.ts';
import { SHAPES } from './shapes.ts';
import { CALM_SERVICE, kindChanges, MiB, type Moment, type Service, simulate } from './simulation.ts';

const RECOVERY_SECONDS = RECOVERY_MS / 1000;
const SEEDS = [1, 2, 3];

function serviceOf(load: Partial<Service>): Service {
  return { ...CALM_SERVICE, ...load };
}

/** Changes of kind that followed another within a recovery. The first minutes don't count: the load builds up. */
function hastyChanges(moments: readonly Moment[]): number[] {
  const changes = kindChanges(moments).filter((second) => second > 2 * RECOVERY_SECONDS);
  return changes.filter((second, i) => second - (changes[i - 1] ?? 0) < RECOVERY_SECONDS && i > 0);
}

test('the same seed gives the same outcome', () => {
  const service = serviceOf({ seconds: 100, arrivals: () => 50 });
  expect(simulate(service, 7)).toEqual(simulate(service, 7));
  expect(simulate(service, 7)).not.toEqual(simulate(service, 8));
});

test.each(SHAPES)('$name: the budget holds', ({ service }) => {
  for (const seed of SEEDS) {
    expect(simulate(service, seed).peakHeldBytes).toBeLessThanOrEqual(service.budgetBytes);
  }
});

test('whatever the service, the budget holds and the rate is a share', () => {
  const curve = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });
  const load = fc.record({
    budgetMiB: fc.integer({ min: 8, max: 64 }),
    maxOldMiB: fc.constantFrom(64, 256, 1024),
    contextSeconds: fc.integer({ min: 1, max: 60 }),
    uploadSeconds: fc.integer({ min: 0, max: 60 }),
    profileMiB: fc.double({ min: 0.01, max: 5, noNaN: true }),
    arrivals: curve,
    live: curve,
    container: curve,
  });
  fc.assert(
    fc.property(load, fc.nat(), (one, seed) => {
      const at = (values: readonly number[]) => (second: number) =>
        values[Math.floor(second / 30) % values.length] ?? 0;
      const service = serviceOf({
        seconds: 200,
        budgetBytes: one.budgetMiB * MiB,
        maxOldBytes: one.maxOldMiB * MiB,
        contextSeconds: one.contextSeconds,
        uploadSeconds: () => one.uploadSeconds,
        profileBytes: () => one.profileMiB * MiB,
        arrivals: (second) => 10 ** (3 * at(one.arrivals)(second)) - 1,
        liveRatio: at(one.live),
        containerRatio: at(one.container),
      });
      const { moments, peakHeldBytes } = simulate(service, seed);
      expect(peakHeldBytes).toBeLessThanOrEqual(service.budgetBytes);
      expect(moments.every(({ rate }) => rate >= 0 && rate <= 1)).toBe(true);
    }),
    { numRuns: 40, seed: 1 },
  );
});

test.each([0.1, 0.35, 0.55])('a healthy sawtooth above %d live never reduces the rate', (live) => {
  for (const garbageRatio of [0.01, 0.1, 0.3]) {
    const { moments } = simulate(serviceOf({ liveRatio: () => live, garbageRatio }), 1);
    const highestUsed = Math.max(...moments.map(({ signals }) => signals.heapUsedRatio));
    expect(highestUsed).toBeGreaterThan((1 + live) / 2 - 0.1);
    expect(moments.every(({ rate, kind }) => rate === 1 && kind === 'normal')).toBe(true);
  }
});

test('under any constant load the kind changes at most once in a recovery', () => {
  const load = fc.record({
    maxOldMiB: fc.constantFrom(256, 512, 1024, 2048),
    liveRatio: fc.double({ min: 0.2, max: 0.75, noNaN: true }),
    garbageRatio: fc.double({ min: 0.005, max: 0.15, noNaN: true }),
    arrivalsLog: fc.double({ min: -1, max: 2.5, noNaN: true }),
    contextSeconds: fc.integer({ min: 2, max: 30 }),
    profileMiB: fc.double({ min: 0.2, max: 3, noNaN: true }),
  });
  fc.assert(
    fc.property(load, fc.nat(), (one, seed) => {
      const service = serviceOf({
        seconds: 600,
        maxOldBytes: one.maxOldMiB * MiB,
        budgetBytes: Math.max(16, 0.05 * one.maxOldMiB) * MiB,
        liveRatio: () => one.liveRatio,
        garbageRatio: one.garbageRatio,
        arrivals: () => 10 ** one.arrivalsLog,
        contextSeconds: one.contextSeconds,
        profileBytes: () => one.profileMiB * MiB,
      });
      expect(hastyChanges(simulate(service, seed).moments)).toEqual([]);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('profiles that push a small heap themselves are held back without swinging', () => {
  for (const seed of SEEDS) {
    const load = { seconds: 900, maxOldBytes: 64 * MiB, budgetBytes: 16 * MiB, arrivals: () => 20 };
    const { moments } = simulate(serviceOf({ ...load, liveRatio: () => 0.56 }), seed);
    const beyond = (ratio: number) => moments.filter(({ signals }) => signals.heapLiveRatio >= ratio);
    expect(beyond(0.78).length).toBeLessThan(20);
    expect(beyond(0.7).length).toBeLessThan(90);
    expect(hastyChanges(moments)).toEqual([]);
  }
});

test('where collections are rare, each is acted on once', () => {
  const { moments } = simulate(
    serviceOf({ liveRatio: () => 0.72, garbageRatio: 0.005, arrivals: () => 0.1 }),
    1,
  );
  const seen = (moment: Moment | undefined) => moment?.signals.heapCollections ?? 0;
  const falls = moments.filter(({ rate }, i) => rate < (moments[i - 1]?.rate ?? 1));
  expect(falls.length).toBeGreaterThan(2);
  for (const moment of falls) expect(seen(moment)).toBe(seen(moments[moments.indexOf(moment) - 1]) + 1);
});

test.each([0.72, 0.85])('after pressure of %d live the full rate is back in time', (live) => {
  const endSecond = 120;
  const liveRatio = (second: number) => (second > 20 && second < endSecond ? live : 0.3);
  for (const seed of SEEDS) {
    const { moments } = simulate(serviceOf({ seconds: 300, liveRatio, garbageRatio: 0.1 }), seed);
    const pressed = moments.filter(({ second }) => second > 40 && second < endSecond);
    expect(pressed.every(({ rate }) => rate <= 1 / 32)).toBe(true);
    const seen = moments.find(({ second, signals }) => second > endSecond && signals.heapLiveRatio < 0.6);
    const whole = moments.find(({ second, rate }) => second > endSecond && rate === 1);
    expect(whole?.second).toBeLessThanOrEqual((seen?.second ?? 0) + RECOVERY_SECONDS + 1);
    expect(moments.at(-1)?.kind).toBe('normal');
  }
});

const PRESSED = { seconds: 600, maxOldBytes: 4096 * MiB, arrivals: () => 40 };

test.each([
  { budgetMiB: 32, profileMiB: 1, contextSeconds: 10 },
  { budgetMiB: 64, profileMiB: 1.5, contextSeconds: 10 },
  { budgetMiB: 64, profileMiB: 3, contextSeconds: 20 },
  { budgetMiB: 32, profileMiB: 0.2, contextSeconds: 10 },
])('$budgetMiB MiB of budget carry more than 0.8 of what they could', (one) => {
  for (const seed of SEEDS) {
    const { budgetMiB, profileMiB, contextSeconds } = one;
    const load = { ...PRESSED, contextSeconds, budgetBytes: budgetMiB * MiB };
    const { yieldRatio, ...counts } = simulate(
      serviceOf({ ...load, profileBytes: () => profileMiB * MiB }),
      seed,
    );
    expect(yieldRatio).toBeGreaterThan(0.8);
    expect(counts.droppedForBudget).toBeLessThan(0.06 * counts.delivered);
  }
});

test('a budget of ten profiles carries about what it would if everyone asked for room', () => {
  const load = { ...PRESSED, budgetBytes: 16 * MiB, profileBytes: () => 1.5 * MiB };
  for (const seed of SEEDS) {
    const governed = simulate(serviceOf(load), seed);
    const greedy = simulate(serviceOf(load), seed, (_, state) => state);
    expect(governed.yieldRatio).toBeGreaterThan(0.9 * greedy.yieldRatio);
    expect(governed.droppedForBudget).toBeLessThan(0.7 * greedy.droppedForBudget);
    expect(governed.refused).toBeLessThan(0.1 * greedy.refused);
  }
});

test('a hundred thousand contexts do not starve, nor does one', () => {
  const many = simulate(serviceOf({ seconds: 120, arrivals: () => 10_000 }), 1);
  expect(Math.max(...many.moments.map(({ signals }) => signals.activeContexts))).toBeGreaterThan(90_000);
  const late = many.moments.filter(({ second }) => second >= 30);
  const startedIn = (from: number) =>
    late.slice(from, from + 10).reduce((sum, { started }) => sum + started, 0);
  for (let from = 0; from + 10 <= late.length; from += 10) expect(startedIn(from)).toBeGreaterThan(0);
  expect(many.yieldRatio).toBeGreaterThan(0.7);

  const one = simulate(serviceOf({ arrivals: () => 0.1 }), 1);
  expect(one.moments.every(({ rate }) => rate === 1)).toBe(true);
  expect(one.delivered).toBeGreaterThan(15);
});
