import type { Profile, Sample } from '../../src/profile/types.ts';

/**
 * The parts of one chunk in the order of their time, without the samples that they repeat: the last sample of a thread that
 * goes on in a later part stands there until its next one.
 */
export function withoutRepeats<Part extends Profile>(parts: readonly Part[]): Part[] {
  const later = new Set<string>();
  return parts
    .toSorted((a, b) => startOf(b) - startOf(a))
    .map((part) => {
      const { samples } = part.profile;
      const repeats = new Set(lastOfThreads(samples).filter(({ thread_id }) => later.has(thread_id)));
      for (const { thread_id } of samples) later.add(thread_id);
      return { ...part, profile: { ...part.profile, samples: samples.filter((one) => !repeats.has(one)) } };
    })
    .reverse();
}

/** The last sample of each thread, if it may be a repeat of the one before it. */
export function possibleRepeats({ profile: { samples } }: Profile): Set<Sample> {
  const lasts = lastOfThreads(samples);
  return new Set(
    lasts.filter(({ thread_id, stack_id }, i) => {
      const before = samples.findLast((one) => one !== lasts[i] && one.thread_id === thread_id);
      return before?.stack_id === stack_id;
    }),
  );
}

function lastOfThreads(samples: readonly Sample[]): Sample[] {
  return [...new Map(samples.map((sample) => [sample.thread_id, sample])).values()];
}

function startOf({ profile: { samples } }: Profile): number {
  return samples[0]?.timestamp ?? 0;
}
