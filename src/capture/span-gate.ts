import type { ProfilingOptions } from './profiling-client.ts';

/** Decides about a profile that the user's own rate has chosen. */
export interface SpanAdmission {
  /** Called for each choice of the user's own rate. */
  observe(isChosen: boolean): void;
  /** @returns whether the profile may start; it will then, in the same turn */
  admit(): boolean;
}

type Sampler = (context: unknown) => unknown;

/**
 * Asks before each transaction's profile: first the user's own sampler or rate, which keep their meaning, then admission. The SDK
 * reads these options at the start of every root span.
 *
 * @returns a function that puts the options back as they were
 */
export function installSpanGate(options: ProfilingOptions, admission: SpanAdmission): () => void {
  const own = Object.getOwnPropertyDescriptor(options, 'profilesSampler');
  const userSampler = options.profilesSampler;
  const gate: Sampler = (context) => {
    const rate =
      typeof userSampler === 'function' ? (userSampler as Sampler)(context) : options.profilesSampleRate;
    // The SDK itself refuses an invalid rate, and says so.
    if (!isValidRate(rate)) return rate;
    const isChosen = Math.random() < Number(rate);
    admission.observe(isChosen);
    return isChosen && admission.admit();
  };
  options.profilesSampler = gate;
  return () => {
    if (options.profilesSampler !== gate) return;
    if (own === undefined) delete options.profilesSampler;
    else Object.defineProperty(options, 'profilesSampler', own);
  };
}

/** The SDK's own rule (`isValidSampleRate`). */
function isValidRate(rate: unknown): rate is number | boolean {
  return typeof rate === 'boolean' || (typeof rate === 'number' && rate >= 0 && rate <= 1);
}
