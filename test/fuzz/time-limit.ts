import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';

const { FUZZ_SECONDS, FUZZ_PATH } = process.env;

/** A run of all tests is not to fail by chance: it tries the same values each time. A long one tries others. */
const { FUZZ_SEED = FUZZ_SECONDS === undefined ? '1' : undefined } = process.env;

/** The time for all properties together: little in every run of the tests, and as long as one likes by `FUZZ_SECONDS`. */
const TOTAL_SECONDS = Number(FUZZ_SECONDS ?? 10);

/** For a case that is under way when the time is over. */
const GRACE_MS = 60_000;

/** The share of one property in the time, and the limit for its test. */
export function shareOfTime(share: number): { limitMs: number; timeout: number } {
  const limitMs = share * TOTAL_SECONDS * 1000;
  return { limitMs, timeout: limitMs + GRACE_MS };
}

/**
 * Tries a property on ever new values until the time is over, in each long run from another seed. Not one case in that time
 * is a failure. `FUZZ_SEED` and `FUZZ_PATH` repeat a failure that has printed them.
 */
export async function fuzz<T>(
  values: fc.Arbitrary<T>,
  limitMs: number,
  holds: (value: T) => Promise<void> | void,
): Promise<void> {
  let cases = 0;
  let current: Promise<void> | undefined;
  const attempt = async (value: T): Promise<void> => {
    cases++;
    await holds(value);
    // A test runner that is not heard for a minute is taken for dead.
    await nextTurn();
  };
  const property = fc.asyncProperty(values, (value) => {
    current = attempt(value);
    return current;
  });
  await fc.assert(property, {
    numRuns: Number.POSITIVE_INFINITY,
    interruptAfterTimeLimit: limitMs,
    markInterruptAsFailure: false,
    ...(FUZZ_SEED === undefined ? {} : { seed: Number(FUZZ_SEED) }),
    ...(FUZZ_PATH === undefined ? {} : { path: FUZZ_PATH }),
  });
  // The time limit passes over the case that is under way: one that fails, or never ends, is to be seen too.
  await current;
  if (FUZZ_SECONDS !== undefined) console.log(`${cases} cases`);
}
