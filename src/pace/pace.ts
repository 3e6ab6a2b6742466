/**
 * How long a stretch of synchronous work may go on. Long loops ask now and then and yield when the answer is yes,
 * so that whoever drives them decides about time and they stay pure.
 */
export interface Pace {
  isOver(): boolean;
}

/** Never asks for a pause: for callers that want the result in one go. */
export const UNPACED: Pace = { isOver: () => false };

/** Loops ask their pace once in this many (a power of two) cheap steps: reading a clock costs as much as ten of them. */
export const STEPS_PER_CHECK = 64;

/** Runs a stepwise computation to its end without a pause. */
export function runToEnd<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
