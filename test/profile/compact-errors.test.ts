import { describe, expect, test } from 'vitest';
import { compactProfile, MalformedProfileError } from '../../src/encoder.ts';
import { type AnyProfile, profileOfFrames, smallProfile } from '../support/profiles.ts';

/** Compacts `smallProfile` with something broken in it. */
function compactBroken(breakIt: (profile: AnyProfile) => unknown): void {
  const profile = smallProfile();
  breakIt(profile);
  compactProfile(profile);
}

const BAD_INDEXES: [string, unknown][] = [
  ['-1', -1],
  ['a fraction', 0.5],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['a string', '0'],
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['a list', [0]],
  ['a boxed number', Object(0)],
  ['a BigInt', 0n],
  ['a symbol', Symbol('index')],
  ['an object without a primitive', Object.create(null)],
  ['2 ** 32', 2 ** 32],
];

describe('compactProfile throws a MalformedProfileError', () => {
  test('that is a TypeError with a code', () => {
    const error = new MalformedProfileError('message');
    expect(error).toBeInstanceOf(TypeError);
    expect([error.name, error.code]).toEqual(['MalformedProfileError', 'ERR_MALFORMED_PROFILE']);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a string', 'profile'],
    ['a list', []],
    ['an object without a profile', {}],
    ['an object with null as its profile', { profile: null }],
    ['an object with a string as its profile', { profile: 'samples' }],
  ])('for %s', (_, profile) => {
    expect(() => compactProfile(profile as AnyProfile)).toThrow(MalformedProfileError);
  });

  describe.each(['samples', 'stacks', 'frames'])('for `%s`', (table) => {
    test.each<[string, unknown]>([
      ['missing', undefined],
      ['null', null],
      ['a string', '[]'],
      ['an object like an array', { length: 0 }],
      ['a typed array', new Uint8Array(1)],
    ])('%s', (_, value) => {
      expect(() => compactBroken(({ profile }) => (profile[table] = value))).toThrow(MalformedProfileError);
    });
  });

  const OUT_OF_RANGE: [string, unknown][] = [...BAD_INDEXES, ['the length of the table', 'length']];

  test.each(OUT_OF_RANGE)('for a stack_id that is %s', (_, index) => {
    const put = ({ profile }: AnyProfile) => {
      profile.samples.push({ stack_id: index === 'length' ? profile.stacks.length : index, thread_id: '0' });
    };
    expect(() => compactBroken(put)).toThrow(MalformedProfileError);
  });

  describe.each([
    ['a stack', 0],
    ['a stack that no sample refers to', 1],
  ])('for an entry of %s', (_, stack) => {
    test.each(OUT_OF_RANGE)('that is %s', (_, index) => {
      const put = ({ profile }: AnyProfile) => {
        profile.stacks[stack].push(index === 'length' ? profile.frames.length : index);
      };
      expect(() => compactBroken(put)).toThrow(MalformedProfileError);
    });

    test('that is beyond the first thousand', () => {
      const put = ({ profile }: AnyProfile) => (profile.stacks[stack] = [...Array(5000).fill(0), 3]);
      expect(() => compactBroken(put)).toThrow(MalformedProfileError);
    });

    test('that is a hole', () => {
      expect(() => compactBroken(({ profile }) => delete profile.stacks[stack][0])).toThrow(
        MalformedProfileError,
      );
    });
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a string', 'sample'],
    ['a number', 0],
    ['an empty object', {}],
  ])('for a sample that is %s', (_, sample) => {
    expect(() => compactBroken(({ profile }) => profile.samples.push(sample))).toThrow(MalformedProfileError);
  });

  describe.each([
    ['a stack', 0],
    ['a stack that no sample refers to', 1],
  ])('for %s', (_, stack) => {
    test.each<[string, unknown]>([
      ['null', null],
      ['undefined', undefined],
      ['a number', 0],
      ['a string', '0'],
      ['an object like an array', { 0: 0, length: 1 }],
      ['a typed array', new Int32Array(1)],
    ])('that is %s', (_, value) => {
      expect(() => compactBroken(({ profile }) => (profile.stacks[stack] = value))).toThrow(
        MalformedProfileError,
      );
    });
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a string', 'frame'],
    ['a number', 0],
    ['a function', () => 1],
    ['without a JSON form', { toJSON: () => undefined }],
  ])('for a frame that is %s', (_, frame) => {
    expect(() => compactBroken(({ profile }) => (profile.frames[0] = frame))).toThrow(MalformedProfileError);
  });

  test.each([
    [
      'which index, the limit and the value',
      ({ profile }: AnyProfile) => profile.stacks[0].push(-7),
      /frame.* 3.*-7/,
    ],
    [
      'which id, the limit and the value',
      ({ profile }: AnyProfile) => (profile.samples[0].stack_id = 2),
      /stack_id.* 2/,
    ],
  ])('that says %s', (_, put, message) => {
    expect(() => compactBroken(put)).toThrow(message);
  });
});

describe('compactProfile throws what JSON.stringify would throw', () => {
  test.each(['lineno', 'colno', 'function', 'other'])('for a BigInt in a frame, as %s', (key) => {
    expect(() => compactProfile(profileOfFrames([{ [key]: 1n }]))).toThrow(TypeError);
  });

  test.each(['lineno', 'colno', 'function', 'in_app', 'other'])(
    'when the getter `%s` of a frame throws',
    (key) => {
      const error = new RangeError('getter');
      const get = () => {
        throw error;
      };
      const frame = Object.defineProperty({}, key, { get, enumerable: true });
      expect(() => compactProfile(profileOfFrames([frame]))).toThrow(error);
    },
  );

  test('when the toJSON of a frame throws', () => {
    const error = new RangeError('toJSON');
    const toJSON = () => {
      throw error;
    };
    expect(() => compactProfile(profileOfFrames([{ toJSON }]))).toThrow(error);
  });
});

describe('compactProfile either does not mind or throws a MalformedProfileError', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a function', () => 1],
    ['without a JSON form', { toJSON: () => undefined }],
  ])('for a frame that is %s and that no sample refers to', (_, frame) => {
    let thrown: unknown;
    try {
      compactBroken(({ profile }) => profile.frames.push(frame));
    } catch (error) {
      thrown = error;
    }
    expect(thrown ?? new MalformedProfileError()).toBeInstanceOf(MalformedProfileError);
  });
});
