import { describe, expect, test } from 'vitest';
import { chunkEnvelope, type ExampleEnvelope, transactionEnvelope } from './examples.ts';
import { profileProblems } from './profile-rules.ts';

type Breakage = (item: ExampleEnvelope['items'][number], envelope: ExampleEnvelope) => void;

function problemsOf(envelope: ExampleEnvelope, breakIt: Breakage): string[] {
  const item = envelope.items.at(-1);
  if (item === undefined) {
    throw new Error('the example has no items');
  }
  breakIt(item, envelope);
  const ruled = envelope.items.map(({ header, payload }) => ({ header, json: payload }));
  return profileProblems({ header: item.header, json: item.payload }, ruled);
}

const BOTH: [string, RegExp, Breakage][] = [
  ['no payload object', /payload is not an object/, (item) => (item.payload = [])],
  ['another version', /version is "3"/, (item) => (item.payload.version = '3')],
  ['no platform', /platform is missing/, (item) => delete item.payload.platform],
  ['no profile', /profile is not an object/, (item) => delete item.payload.profile],
  ['no samples array', /samples is not an array/, ({ payload }) => delete payload.profile.samples],
  ['a stack_id out of range', /stack_id is 3/, ({ payload }) => (payload.profile.samples[1].stack_id = 3)],
  ['a negative stack_id', /stack_id is -1/, ({ payload }) => (payload.profile.samples[1].stack_id = -1)],
  ['a frame out of range', /frame 2/, ({ payload }) => payload.profile.stacks[1].push(2)],
  ['a frame out of range in an unused stack', /frame 9/, ({ payload }) => payload.profile.stacks.push([9])],
  ['a frame with a broken line', /lineno is 1.5/, ({ payload }) => (payload.profile.frames[0].lineno = 1.5)],
  ['a frame that is none', /frame: not an object/, ({ payload }) => (payload.profile.frames[0] = null)],
  [
    'broken thread metadata',
    /thread_metadata/,
    ({ payload }) => (payload.profile.thread_metadata['0'].name = 1),
  ],
  ['a number as thread_id', /thread_id is 0/, ({ payload }) => (payload.profile.samples[0].thread_id = 0)],
  ['no samples', /no samples/, ({ payload }) => (payload.profile.samples = [])],
];

const V1: [string, RegExp, Breakage][] = [
  ['no event_id', /event_id is missing/, (item) => delete item.payload.event_id],
  ['an id in upper case', /event_id is "D4/, (item) => (item.payload.event_id = 'D4'.repeat(16))],
  ['no architecture', /architecture is missing/, (item) => delete item.payload.device.architecture],
  ['no device', /device is not an object/, (item) => delete item.payload.device],
  ['no os name', /name is missing/, (item) => delete item.payload.os.name],
  ['no os version', /version is missing/, (item) => delete item.payload.os.version],
  ['no timestamp', /timestamp is missing/, (item) => delete item.payload.timestamp],
  ['no transaction', /transaction is not an object/, (item) => delete item.payload.transaction],
  ['a transaction without a name', /name is ""/, (item) => (item.payload.transaction.name = '')],
  ['a nil trace_id', /trace_id is "0/, (item) => (item.payload.transaction.trace_id = '0'.repeat(32))],
  [
    'a number as time',
    /elapsed_since_start_ns is 1/,
    ({ payload }) => (payload.profile.samples[0].elapsed_since_start_ns = 1),
  ],
  [
    'a fraction as time',
    /elapsed_since_start_ns is "1.5"/,
    ({ payload }) => (payload.profile.samples[0].elapsed_since_start_ns = '1.5'),
  ],
  [
    'a thread_id that is a name',
    /thread_id is "main"/,
    ({ payload }) => (payload.profile.samples[0].thread_id = 'main'),
  ],
  [
    'a last sample after 30 s',
    /30000000001 ns/,
    ({ payload }) => (payload.profile.samples[1].elapsed_since_start_ns = '30000000001'),
  ],
  [
    'idle samples only',
    /no samples are left/,
    ({ payload }) => {
      for (const sample of payload.profile.samples) {
        sample.stack_id = 2;
      }
    },
  ],
  [
    'a single sample that is not idle',
    /no samples are left/,
    ({ payload }) => (payload.profile.samples[0].stack_id = 2),
  ],
  [
    'a single sample on each thread',
    /no samples are left/,
    ({ payload }) => (payload.profile.samples[0].thread_id = '1'),
  ],
  ['another profile beside it', /more than one profile/, (item, envelope) => envelope.items.push(item)],
  [
    'no transaction beside it',
    /its transaction is not in the envelope/,
    (_, envelope) => envelope.items.shift(),
  ],
  [
    'another transaction beside it',
    /another one/,
    (_, { items }) => {
      if (items[0]) {
        items[0].payload.event_id = '12'.repeat(16);
      }
    },
  ],
];

const V2: [string, RegExp, Breakage][] = [
  [
    'samples of more than 66 s',
    /the samples span 66.5 s, 66 s are allowed/,
    ({ payload: { profile } }) => (profile.samples[1].timestamp = profile.samples[0].timestamp + 66.5),
  ],
  [
    'a chunk_id with dashes',
    /chunk_id is "e5/,
    (item) => (item.payload.chunk_id = 'e5e5e5e5-e5e5-e5e5-e5e5-e5e5e5e5e5e5'),
  ],
  ['no profiler_id', /profiler_id is missing/, (item) => delete item.payload.profiler_id],
  ['no release', /release is missing/, (item) => delete item.payload.release],
  [
    'another platform in the item header',
    /platform is "node", not "cocoa"/,
    (item) => (item.header.platform = 'cocoa'),
  ],
  [
    'a string as timestamp',
    /timestamp is "1"/,
    ({ payload }) => (payload.profile.samples[0].timestamp = '1'),
  ],
];

describe('profile rules', () => {
  test.each([transactionEnvelope, chunkEnvelope])('take what the SDK sends: %o', (example) => {
    expect(problemsOf(example(), () => undefined)).toEqual([]);
  });

  test.each(BOTH)('refuse in both formats: %s', (_, problem, breakIt) => {
    expect(problemsOf(transactionEnvelope(), breakIt)).toContainEqual(expect.stringMatching(problem));
    expect(problemsOf(chunkEnvelope(), breakIt)).toContainEqual(expect.stringMatching(problem));
  });

  test.each(V1)('refuse in format v1: %s', (_, problem, breakIt) => {
    expect(problemsOf(transactionEnvelope(), breakIt)).toContainEqual(expect.stringMatching(problem));
  });

  test.each(V2)('refuse in format v2: %s', (_, problem, breakIt) => {
    expect(problemsOf(chunkEnvelope(), breakIt)).toContainEqual(expect.stringMatching(problem));
  });

  test('take idle samples between busy ones, an exact 30 s and a chunk out of order', () => {
    const idle = { stack_id: 2, thread_id: '0', elapsed_since_start_ns: '5000000' };
    const busyTwice: Breakage = ({ payload }) => payload.profile.samples.splice(1, 0, idle);
    expect(problemsOf(transactionEnvelope(), busyTwice)).toEqual([]);
    const exactly: Breakage = ({ payload }) =>
      (payload.profile.samples[1].elapsed_since_start_ns = '30000000000');
    expect(problemsOf(transactionEnvelope(), exactly)).toEqual([]);
    expect(problemsOf(chunkEnvelope(), ({ payload }) => payload.profile.samples.reverse())).toEqual([]);
  });

  test('strip a late idle sample before they look at the duration', () => {
    const late = { stack_id: 2, thread_id: '0', elapsed_since_start_ns: '31000000000' };
    expect(problemsOf(transactionEnvelope(), ({ payload }) => payload.profile.samples.push(late))).toEqual(
      [],
    );
  });
});
