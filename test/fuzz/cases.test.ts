import { describe, test } from 'vitest';
import { incompressibleLists, type SdkEnvelope } from '../support/envelopes.ts';
import { type AnyProfile, smallProfile } from '../support/profiles.ts';
import { examplePayload } from './base-profiles.ts';
import { type Action, type Damage, damage } from './breakage.ts';
import { expectSoundDelivery } from './delivery-oracle.ts';
import { buildEnvelope, type EnvelopeCase } from './envelopes.ts';
import { HostileError, hostile } from './hostile-values.ts';
import { expectSoundProfile } from './profile-oracle.ts';

// Cases that fuzzing has found, each as small as it got.

const TWO_SAMPLES: unknown = incompressibleLists(2);

const replaceBy = (name: string): Action => ({ kind: 'replace', by: hostile(name) });

const fail = (): never => {
  throw new HostileError('getter');
};

/** More members than are written in one piece. */
const longList = (length: unknown): unknown =>
  new Proxy(Array(1000).fill(1), {
    get: (list, key) => (key === 'length' ? length : Reflect.get(list, key)),
  });

const PROFILES: [string, (profile: AnyProfile) => unknown][] = [
  ['a stack whose length is NaN', breakAt('profile.stacks.0', 'a list with a length of NaN')],
  ['a stack whose length is 1.5', breakAt('profile.stacks.0', 'a list with a length of 1.5')],
  ['stacks whose length is -1', breakAt('profile.stacks', 'a list with a length of -1')],
  ['stacks whose length is 1.5', breakAt('profile.stacks', 'a list with a length of 1.5')],
  [
    'a stack whose toJSON says another',
    ({ profile }) => Object.assign(profile.stacks[0], { toJSON: () => [1] }),
  ],
  [
    'samples whose toJSON says others',
    ({ profile }) => {
      const others = [...profile.samples, ...profile.samples];
      Object.assign(profile.samples, { toJSON: () => others });
    },
  ],
  [
    'a sample whose toJSON says its old index',
    ({ profile }) => {
      const sample = { ...profile.samples[0], stack_id: 1 };
      profile.samples = [{ ...sample, toJSON: () => sample }];
    },
  ],
  [
    'a list without a length before a text that fills a block',
    (profile) => {
      profile.measurements = [longList(undefined), '\0'.repeat(20_000)];
    },
  ],
  [
    'an inherited getter that throws, which JSON does not ask',
    (profile) => {
      const prototype = Object.defineProperty({}, 'name', { get: fail, enumerable: true });
      profile.device = Object.create(prototype);
    },
  ],
  ...[1000.5, '999'].map((length): [string, (profile: AnyProfile) => unknown] => [
    `a long list whose length is ${typeof length} ${length}`,
    (profile) => {
      profile.measurements = longList(length);
    },
  ]),
];

function breakAt(path: string, name: string): (profile: AnyProfile) => void {
  return (profile) => damage(profile, [{ path: path.split('.'), action: replaceBy(name) }]);
}

test.each(PROFILES)('%s', (_, breakIt) => {
  expectSoundProfile(() => {
    const profile = smallProfile();
    breakIt(profile);
    return profile;
  });
});

const throwing: Action = { kind: 'getter', gives: 'an error' };

const PAYLOADS: Record<string, Damage> = {
  'a payload that is a proxy and throws': at('1.1.1', replaceBy('a proxy that throws')),
  'a payload that is a revoked proxy': at('1.1.1', replaceBy('a revoked proxy')),
  'frames like an endless list': at('1.1.1.profile.frames', replaceBy('like an endless list')),
  'a stack whose length is NaN': at('1.1.1.profile.stacks.0', replaceBy('a list with a length of NaN')),
};

const AROUND: Record<string, Damage> = {
  'items that are frozen': at('1', replaceBy('it frozen')),
  'items that are sealed': at('1', replaceBy('it sealed')),
  'items that are a list by inheritance': at('1', replaceBy('it inherited')),
  'an item that is a number': at('1.0', replaceBy('0')),
  'an item without a header': at('1.0.0', replaceBy('null')),
  'an item whose payload throws': at('1.0.1', throwing),
  'a type that throws when it is made text': at('1.0.0.type', replaceBy('with a valueOf that throws')),
  'a header that throws': at('0', throwing),
};

function at(path: string, action: Action): Damage {
  return { path: path.split('.'), action };
}

const WHOLE: EnvelopeCase = {
  shape: 'a transaction and its profile',
  lists: { name: 'the example', build: (format) => examplePayload(format).profile },
  breakages: [],
};

describe.each([
  ['an envelope with', AROUND, false],
  ['a profile with', PAYLOADS, true],
] as const)('%s', (_, cases, isSoundAround) => {
  test.each(Object.keys(cases))('%s', async (name) => {
    const build = (): SdkEnvelope[] => {
      const { envelope } = buildEnvelope(WHOLE, 0);
      damage(envelope, [cases[name] as Damage]);
      return [envelope, buildEnvelope(WHOLE, 1).envelope];
    };
    await expectSoundDelivery({ build, options: { bounded: {} }, isSoundAround, isStable: true });
  });
});

/** Of two samples, neither of which leaves room for another in a kilobyte. */
const IN_PARTS: EnvelopeCase = {
  shape: 'a chunk',
  lists: { name: 'two samples', build: () => structuredClone(TWO_SAMPLES) },
  breakages: [],
};

test.each(['it as text', 'null', 'undefined', '0'])(
  'a chunk that goes in parts, with a header that is %s',
  async (name) => {
    const build = (): SdkEnvelope[] => {
      const { envelope } = buildEnvelope(IN_PARTS, 0);
      damage(envelope, [{ path: ['0'], action: replaceBy(name) }]);
      return [envelope];
    };
    const options = { bounded: { maxRequestBytes: 1024 } };
    await expectSoundDelivery({ build, options, isSoundAround: false, isStable: true });
  },
);

test.each([{ maxRequestBytes: 1024 }, { maxItemBytes: 1024 }])(
  'what else is in the envelope of a chunk that does not fit arrives before a flush ends: %o',
  async (bounded) => {
    const build = (): SdkEnvelope[] => [
      buildEnvelope({ ...IN_PARTS, shape: 'a chunk among others' }, 0).envelope,
    ];
    await expectSoundDelivery({ build, options: { bounded }, isSoundAround: true, isStable: true });
  },
);
