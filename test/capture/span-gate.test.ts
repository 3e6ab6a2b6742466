import { expect, test } from 'vitest';
import type { ProfilingOptions } from '../../src/capture/profiling-client.ts';
import { installSpanGate } from '../../src/capture/span-gate.ts';

/** Counts how often the gate asks, and answers as told. */
function install(options: ProfilingOptions, isAdmitted = true) {
  const asked = { times: 0 };
  const choices: boolean[] = [];
  const remove = installSpanGate(options, {
    observe: (isChosen) => choices.push(isChosen),
    admit() {
      asked.times++;
      return isAdmitted;
    },
  });
  return {
    asked,
    choices,
    remove,
    ask: (context?: unknown) => (options.profilesSampler as Sampler)(context),
  };
}

type Sampler = (context: unknown) => unknown;

test.each<[string, ProfilingOptions]>([
  ['a rate of 1', { profilesSampleRate: 1 }],
  ['a rate of true', { profilesSampleRate: true }],
  ['a sampler that says 1', { profilesSampler: () => 1 }],
  ['a sampler that says true', { profilesSampler: () => true, profilesSampleRate: 0 }],
])('%s is asked first, then admission', (_, options) => {
  const { asked, ask } = install({ ...options });
  expect(ask()).toBe(true);
  expect(asked.times).toBe(1);
  expect(install({ ...options }, false).ask()).toBe(false);
});

test.each<[string, ProfilingOptions]>([
  ['a rate of 0', { profilesSampleRate: 0 }],
  ['a sampler that says 0', { profilesSampler: () => 0, profilesSampleRate: 1 }],
  ['a sampler that says false', { profilesSampler: () => false }],
])('%s refuses without asking for admission', (_, options) => {
  const { asked, ask } = install(options);
  expect(ask()).toBe(false);
  expect(asked.times).toBe(0);
});

test.each([undefined, null, 'yes', '1', Number.NaN, -1, 1.5, {}])(
  'what is no rate, %s, is left to the SDK to refuse',
  (invalid) => {
    for (const options of [{ profilesSampleRate: invalid }, { profilesSampler: () => invalid }]) {
      const { asked, ask } = install(options);
      expect(ask()).toBe(invalid);
      expect(asked.times).toBe(0);
    }
  },
);

test('a rate in between lets its share through to admission', () => {
  const { asked, ask } = install({ profilesSampleRate: 0.5 });
  const chosen = Array.from({ length: 1000 }, () => ask()).filter(Boolean).length;
  expect(chosen).toBeGreaterThan(350);
  expect(chosen).toBeLessThan(650);
  expect(asked.times).toBe(chosen);
});

test('the user’s sampler gets the context as the SDK gave it', () => {
  const contexts: unknown[] = [];
  const { ask } = install({ profilesSampler: (context: unknown) => contexts.push(context) && 1 });
  const context = { name: 'GET /', attributes: { 'http.route': '/' }, parentSampled: true };
  ask(context);
  expect(contexts[0]).toBe(context);
});

test('what the user’s sampler throws is thrown, as without the gate', () => {
  const { asked, ask } = install({
    profilesSampler() {
      throw new RangeError('mine');
    },
  });
  expect(() => ask()).toThrow(RangeError);
  expect(asked.times).toBe(0);
});

test('a rate that the application changes later is honoured', () => {
  const options: ProfilingOptions = { profilesSampleRate: 0 };
  const { ask } = install(options);
  expect(ask()).toBe(false);
  options.profilesSampleRate = 1;
  expect(ask()).toBe(true);
});

test.each<[string, ProfilingOptions]>([
  ['a sampler', { profilesSampler: () => 1 }],
  ['a sampler that is undefined', { profilesSampler: undefined, profilesSampleRate: 1 }],
  ['no sampler', { profilesSampleRate: 1 }],
])('options with %s are as before when the gate has gone', (_, options) => {
  const before = Object.getOwnPropertyDescriptors(options);
  const { remove } = install(options);
  expect(options.profilesSampler).not.toBe(before.profilesSampler?.value);
  remove();
  expect(Object.getOwnPropertyDescriptors(options)).toEqual(before);
});

test('a sampler that the application has set since stays', () => {
  const options: ProfilingOptions = { profilesSampleRate: 1 };
  const { remove } = install(options);
  const theirs = (): number => 0.5;
  options.profilesSampler = theirs;
  remove();
  expect(options.profilesSampler).toBe(theirs);
});

test('each choice of the user’s own rate is told, valid ones only', () => {
  const { ask, choices } = install({ profilesSampler: (context: unknown) => context });
  for (const rate of [1, 0, true, false, 2, Number.NaN, undefined, 'often']) ask(rate);
  expect(choices).toEqual([true, false, true, false]);
});
