import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  createPlaceholder,
  type MadeProfile,
  type ProfileSource,
  sourceOf,
} from '../../src/record/placeholder.ts';
import { rawProfile } from '../support/raw-profiles.ts';

const LISTS = ['samples', 'stacks', 'frames', 'measurements'] as const;

const made = (): MadeProfile =>
  rawProfile(
    [
      [10, 'a', 'main'],
      [20, 'b', 'main'],
      [30, 'a', 'main'],
    ],
    [15],
  ) as MadeProfile;

function setup() {
  const source = {
    expectedSamples: 7,
    makes: 0,
    make() {
      source.makes++;
      return made();
    },
  };
  const placeholder = createPlaceholder(source satisfies ProfileSource) as MadeProfile & {
    resources: string[];
  };
  return { source, placeholder };
}

test('to the SDK it is a profile, and to ask that makes nothing', () => {
  const { source, placeholder } = setup();
  expect(Object.keys(placeholder)).toEqual([
    'samples',
    'stacks',
    'frames',
    'profiler_logging_mode',
    'resources',
    'measurements',
  ]);
  for (const name of ['samples', 'stacks', 'frames'] as const) {
    expect(Array.isArray(placeholder[name])).toBe(true);
  }
  expect(placeholder.samples.length).toBe(7);
  expect(placeholder.resources).toEqual([]);
  expect(source.makes).toBe(0);
});

test('only the SDK, who asks first, is told of about how many samples: whoever asks later may count on the answer', () => {
  const { source, placeholder } = setup();
  expect(placeholder.samples.length).toBe(7);
  expect(placeholder.samples.length).toBe(3);
  expect(source.makes).toBe(1);
});

test('where the SDK does not ask, the number is right', () => {
  const source = { ...setup().source, expectedSamples: undefined };
  const { samples } = createPlaceholder(source) as MadeProfile;
  const { length } = samples;
  for (let i = 0; i < length; i++) expect(samples[i]?.thread_id).toBe('0');
  expect(length).toBe(3);
});

test('as JSON it is the profile it stands for', () => {
  const { source, placeholder } = setup();
  for (const name of LISTS) expect(JSON.stringify(placeholder[name])).toBe(JSON.stringify(made()[name]));
  expect(placeholder.samples.length).toBe(3);
  expect(source.makes).toBe(1);
});

/** Ways to look into a list. */
const LOOKS: Record<string, (list: unknown[]) => unknown> = {
  'an index': (list) => list[0],
  iteration: (list) => [...list],
  'a method': (list) => list.map((one) => one),
  'Object.keys': (list) => Object.keys(list),
  'Object.entries': (list) => Object.entries(list),
  'Reflect.ownKeys': (list) => Reflect.ownKeys(list),
  in: (list) => 0 in list,
  'a property’s descriptor': (list) => Object.getOwnPropertyDescriptor(list, 0),
  structuredClone: (list) => structuredClone([...list]),
  'Object.assign': (list) => Object.assign([], list),
  'JSON.stringify': (list) => JSON.stringify(list),
};

test.each(Object.entries(LOOKS))('whoever looks by %s sees what he would of a list', (_, look) => {
  for (const name of ['samples', 'stacks', 'frames'] as const) {
    const { source, placeholder } = setup();
    expect(look(placeholder[name] as unknown[])).toEqual(look(made()[name] as unknown[]));
    expect(source.makes).toBe(1);
  }
});

/** Ways to change one. */
const CHANGES: Record<string, (list: unknown[]) => unknown> = {
  push: (list) => list.push('more'),
  'an assignment': (list) => {
    list[0] = 'other';
  },
  'a length': (list) => {
    list.length = 1;
  },
  splice: (list) => list.splice(0, 1),
  delete: (list) => Reflect.deleteProperty(list, 0),
  defineProperty: (list) => Object.defineProperty(list, 0, { value: 'other', enumerable: true }),
  'Object.freeze': (list) => Object.freeze(list),
  'a change of a member': (list) => Object.assign(list[0] as object, { added: true }),
};

test.each(Object.entries(CHANGES))('what is changed by %s stays changed', (_, change) => {
  for (const name of ['samples', 'frames'] as const) {
    const { placeholder } = setup();
    const expected = made()[name] as unknown[];
    change(placeholder[name] as unknown[]);
    change(expected);
    expect(JSON.stringify(placeholder[name])).toBe(JSON.stringify(expected));
    expect(placeholder[name].length).toBe(expected.length);
  }
});

test('printed, it shows what is in it', () => {
  for (const name of LISTS) {
    const { placeholder } = setup();
    expect(inspect(placeholder[name], { depth: 5 })).toBe(inspect(made()[name], { depth: 5 }));
    expect(inspect(placeholder[name], { depth: 5, showProxy: false })).not.toContain('Symbol');
  }
  const { placeholder } = setup();
  expect(inspect({ profile: placeholder }, { depth: 6 })).toContain("function: 'main'");
});

test('what was measured is seen when it is looked at', () => {
  const { placeholder } = setup();
  expect(Object.keys(placeholder.measurements)).toEqual(['cpu_usage']);
  expect(placeholder.measurements).toEqual(made().measurements);
});

const payloadOf = ({ samples, stacks, frames }: MadeProfile, more: object = {}): object => ({
  version: '1',
  profile: { frames, samples, stacks, thread_metadata: {}, ...more },
});

test('a payload made of it leads to what it stands for, untouched until somebody looks', () => {
  const { source, placeholder } = setup();
  const payload = payloadOf(placeholder);
  expect(sourceOf(payload)).toEqual({ source, isUntouched: true });
  expect(sourceOf(payloadOf({ ...placeholder }))?.isUntouched).toBe(true);
  expect(source.makes).toBe(0);
  JSON.stringify(placeholder.frames[0]);
  expect(sourceOf(payload)).toEqual({ source, isUntouched: false });
});

test('where a list was replaced it is not untouched', () => {
  const { source, placeholder } = setup();
  expect(sourceOf(payloadOf(placeholder, { samples: [] }))).toEqual({ source, isUntouched: false });
  expect(sourceOf(payloadOf(placeholder, { frames: undefined }))).toEqual({ source, isUntouched: false });
  const other = setup().placeholder;
  expect(sourceOf(payloadOf(placeholder, { stacks: other.stacks }))?.isUntouched).toBe(false);
  expect(source.makes).toBe(0);
});

test.each([{}, { profile: undefined }, { profile: null }, { profile: made() }, { profile: { samples: 5 } }])(
  '%o stands for nothing',
  (payload) => {
    expect(sourceOf(payload)).toBeUndefined();
  },
);
