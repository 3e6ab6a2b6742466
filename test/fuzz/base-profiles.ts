import fc from 'fast-check';
import type { Payload } from '../support/envelopes.ts';
import { jsonProfile, realisticProfile } from '../support/profiles.ts';
import { chunkEnvelope, transactionEnvelope } from '../support/relay/examples.ts';

/** A profile without a fault, made anew each time, because a broken one must not be used twice. */
export interface BaseProfile {
  readonly name: string;
  readonly build: () => Payload;
}

export type Format = 'v1' | 'v2';

const printed = (base: BaseProfile): BaseProfile =>
  Object.assign(base, { [fc.toStringMethod]: () => base.name });

/** The payload as an SDK sends it. */
export function examplePayload(format: Format): Payload {
  const { items } = format === 'v1' ? transactionEnvelope() : chunkEnvelope();
  return items.at(-1)?.payload;
}

const example = fc
  .constantFrom<Format>('v1', 'v2')
  .map((format) => printed({ name: `the example of ${format}`, build: () => examplePayload(format) }));

const realistic = fc
  .tuple(fc.constantFrom<Format>('v1', 'v2'), fc.constantFrom(2, 20, 200))
  .map(([format, samples]) =>
    printed({
      name: `${samples} realistic samples of ${format}`,
      build: () => ({ ...examplePayload(format), profile: realisticProfile({ samples, format }).profile }),
    }),
  );

const generated = jsonProfile.map((profile) =>
  printed({ name: JSON.stringify(profile), build: () => structuredClone(profile) }),
);

export const baseProfile: fc.Arbitrary<BaseProfile> = fc.oneof(
  { weight: 4, arbitrary: generated },
  { weight: 2, arbitrary: example },
  { weight: 1, arbitrary: realistic },
);
