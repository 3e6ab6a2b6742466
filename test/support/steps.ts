import type { Pace } from '../../src/pace/pace.ts';

/** Wants a pause every time it is asked. */
export const ALWAYS_OVER: Pace = { isOver: () => true };

export interface Counter {
  count: number;
}

/** Runs a stepwise computation; says how often it paused and the most that the counter rose between two pauses. */
export function runCounting<T>(steps: Generator<unknown, T>, counter: Counter) {
  let pauses = 0;
  let longestStretch = 0;
  for (;;) {
    const before = counter.count;
    const step = steps.next();
    longestStretch = Math.max(longestStretch, counter.count - before);
    if (step.done === true) return { value: step.value, pauses, longestStretch };
    pauses++;
  }
}

/** The same object, but each read of one of its members counts. */
export function countingReads<T extends object>(target: T, counter: Counter): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      counter.count++;
      return Reflect.get(object, key, receiver);
    },
  });
}
