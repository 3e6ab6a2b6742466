import { expect, test } from 'vitest';
import {
  createStub,
  isEmptyStub,
  type MadeProfile,
  type ProfileSource,
  readStandIn,
  standInFor,
  stubSourceOf,
} from '../../src/record/stand-in.ts';
import { rawProfile } from '../support/raw-profiles.ts';

const made = (): MadeProfile => ({
  ...(rawProfile(
    [
      [10, 'a', 'main'],
      [20, 'b', 'main'],
      [30, 'a', 'main'],
    ],
    [15],
  ) as Omit<MadeProfile, 'images'>),
  images: [{ code_file: '/app/a.js' }],
});

interface Payload {
  version: string;
  measurements: object;
  debug_meta: { images: unknown[]; other?: number };
  profile: Pick<MadeProfile, 'samples' | 'stacks' | 'frames'> & { thread_metadata: object };
}

/** The payload as it is when it is made. */
function expectedPayload(): Payload {
  const { samples, stacks, frames, measurements, images } = made();
  return {
    version: '1',
    measurements,
    debug_meta: { images, other: 1 },
    profile: { samples, stacks, frames, thread_metadata: { 0: { name: 'main' } } },
  };
}

function setup() {
  const source = {
    makes: 0,
    make() {
      source.makes++;
      return made();
    },
  };
  const payload = {
    version: '1',
    measurements: {},
    debug_meta: { images: [], other: 1 },
    profile: { samples: [], stacks: [], frames: [], thread_metadata: { 0: { name: 'main' } } },
  } as Payload;
  standInFor(payload, source satisfies ProfileSource);
  return { source, payload };
}

test('a payload is untouched until somebody looks at what it stands for', () => {
  const { source, payload } = setup();
  expect(payload.version).toBe('1');
  expect(Object.keys(payload)).toEqual(Object.keys(expectedPayload()));
  expect(readStandIn(payload)).toMatchObject({ source, isUntouched: true });
  expect(source.makes).toBe(0);
  expect(payload.profile.samples).toHaveLength(3);
  expect(readStandIn(payload)).toMatchObject({ source, isUntouched: false });
});

/** Ways to look. */
const LOOKS: Record<string, (payload: Payload) => unknown> = {
  'JSON.stringify': (payload) => JSON.stringify(payload),
  structuredClone: (payload) => structuredClone(payload),
  'a spread copy': (payload) => ({ ...payload }),
  'the last sample': ({ profile }) => profile.samples[profile.samples.length - 1],
  'its measurements': ({ measurements }) => measurements,
  'its debug images': ({ debug_meta }) => debug_meta,
  'Object.entries': (payload) => Object.entries(payload),
};

test.each(Object.entries(LOOKS))('whoever looks by %s sees what was recorded, made once', (_, look) => {
  const { source, payload } = setup();
  expect(look(payload)).toEqual(look(expectedPayload()));
  expect(look(payload)).toEqual(look(expectedPayload()));
  expect(source.makes).toBe(1);
});

/** Ways to change it. */
const CHANGES: Record<string, (payload: Payload) => unknown> = {
  'a list': ({ profile }) => profile.samples.pop(),
  'a frame': ({ profile }) => Object.assign(profile.frames[0] as object, { in_app: true }),
  'its profile': (payload) => Object.assign(payload, { profile: { samples: [] } }),
  'its measurements': (payload) => Object.assign(payload, { measurements: { own: 1 } }),
  'another member': (payload) => Object.assign(payload, { version: '2' }),
};

test.each(Object.entries(CHANGES))('what is changed of %s stays changed', (_, change) => {
  const { payload } = setup();
  const expected = expectedPayload();
  change(payload);
  change(expected);
  expect(JSON.stringify(payload)).toBe(JSON.stringify(expected));
});

test('a frozen payload can be looked at', () => {
  const { payload } = setup();
  Object.freeze(payload);
  expect(JSON.stringify(payload)).toBe(JSON.stringify(expectedPayload()));
});

test('without the member that stands for the lists, it is touched', () => {
  const { source, payload } = setup();
  delete (payload as Partial<Payload>).profile;
  expect(readStandIn(payload)).toMatchObject({ source, isUntouched: false });
});

test('a copy leads to the same source, touched', () => {
  const { source, payload } = setup();
  expect(readStandIn({ ...payload })).toMatchObject({ source, isUntouched: false });
});

test('to the SDK a stub has enough samples, and it knows its own', () => {
  const { source } = setup();
  const stub = createStub(source) as { samples: object[]; resources: string[] };
  expect(stub.samples.length).toBe(2);
  expect(stub.resources).toEqual([]);
  const payload = { profile: { samples: stub.samples, stacks: [], frames: [] } };
  expect(stubSourceOf(payload)).toBe(source);
  expect(readStandIn(payload)).toMatchObject({ source, isUntouched: true, around: payload });
  expect(isEmptyStub(payload)).toBe(false);
});

test('a stub without a source stands for nothing, and is known', () => {
  const { samples } = createStub() as { samples: object[] };
  const payload = { profile: { samples } };
  expect(isEmptyStub(payload)).toBe(true);
  expect(readStandIn(payload)).toBeUndefined();
});

test.each([{}, { profile: undefined }, { profile: null }, { profile: made() }, { profile: { samples: 5 } }])(
  '%o stands for nothing',
  (payload) => {
    expect(readStandIn(payload)).toBeUndefined();
    expect(isEmptyStub(payload)).toBe(false);
  },
);
