import fc from 'fast-check';
import { test } from 'vitest';
import type { BoundedProfilingOptions } from '../../src/index.ts';
import { type Damage, describeDamage, isStable } from './breakage.ts';
import { expectSoundDelivery } from './delivery-oracle.ts';
import { buildEnvelope, type EnvelopeCase, envelopeCase, isInProfile } from './envelopes.ts';
import { fuzz, shareOfTime } from './time-limit.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Each option is left out now and then. */
const bounded = fc.record(
  {
    memoryBudgetBytes: fc.constantFrom(MiB, 2 * MiB, 16 * MiB),
    maxItemBytes: fc.constantFrom(KiB, 2 * KiB, 20 * KiB, 50 * MiB),
    maxEnvelopeBytes: fc.constantFrom(KiB, 3 * KiB, 30 * KiB, 200 * MiB),
    maxRequestBytes: fc.constantFrom(KiB, 4 * KiB, MiB),
    maxSliceMs: fc.constantFrom(0.01, 5),
    sampling: fc.constantFrom<BoundedProfilingOptions['sampling'][]>(false, {}, { intervalMs: 10 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<BoundedProfilingOptions>;

interface Case {
  readonly envelopes: readonly EnvelopeCase[];
  readonly bounded: BoundedProfilingOptions;
  readonly ownTransport: boolean;
  readonly oneByOne: boolean;
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  envelopes: fc.array(envelopeCase, { minLength: 1, maxLength: 3 }),
  bounded: fc.oneof(fc.constant({}), bounded),
  ownTransport: fc.boolean(),
  oneByOne: fc.boolean(),
});

const { limitMs, timeout } = shareOfTime(0.6);

test('any envelopes: each profile is counted, and all else arrives', { timeout }, async () => {
  await fuzz(anyCase, limitMs, async ({ envelopes, ...options }) => {
    const built = envelopes.map(buildEnvelope);
    const damages = built.flatMap((envelope) => envelope.damages);
    try {
      await expectSoundDelivery({
        build: () => envelopes.map((one, i) => buildEnvelope(one, i).envelope),
        options,
        isStable: damages.every(isStable),
        isSoundAround: envelopes.every((one, i) =>
          (built[i]?.damages ?? []).every(({ path }: Damage) => isInProfile(one, path)),
        ),
      });
    } catch (error) {
      throw new Error(damages.map(describeDamage).join('\n'), { cause: error });
    }
  });
});
