import { describe, expect, test } from 'vitest';
import {
  chunkEnvelope,
  type ExampleEnvelope,
  transactionEnvelope,
  writeEnvelope,
} from '../support/relay/examples.ts';
import { payloadOf } from './real-profiles.ts';
import { reportOf } from './run-inspect.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test breaks one member, whatever its type.
type Breakage = (payload: any, envelope: ExampleEnvelope) => unknown;

async function reasonsFor(envelope: ExampleEnvelope, change: Breakage): Promise<readonly string[]> {
  change(payloadOf(envelope), envelope);
  const { relay } = await reportOf(writeEnvelope(envelope));
  expect(relay.accepted).toBe(relay.reasons.length === 0);
  return relay.reasons;
}

const BOTH: [string, RegExp, Breakage][] = [
  [
    'a stack_id out of range',
    /^`stack_id` of a sample is 3, there are 3 stacks \(index 1\)$/,
    ({ profile }) => (profile.samples[1].stack_id = 3),
  ],
  [
    'a frame out of range',
    /^a stack lists frame 2, there are 2 frames \(index 1\)$/,
    ({ profile }) => profile.stacks[1].push(2),
  ],
  [
    'a frame with a line that is none',
    /^`lineno` of a frame is 1.5/,
    ({ profile }) => (profile.frames[0].lineno = 1.5),
  ],
  ['a frame that is none', /^a frame is not an object/, ({ profile }) => (profile.frames[0] = null)],
  [
    'threads without a name that is a text',
    /^`name` of a thread is 1/,
    ({ profile }) => (profile.thread_metadata['0'].name = 1),
  ],
  [
    'another version',
    /^`version` is "3", and an item of type `profile(_chunk)?` has "[12]"$/,
    (payload) => (payload.version = '3'),
  ],
  ['no samples', /^no samples are left/, ({ profile }) => (profile.samples = [])],
  ['a single sample', /^no samples are left/, ({ profile }) => profile.samples.pop()],
  ['idle samples only', /^no samples are left/, ({ profile }) => profile.stacks.fill([])],
];

const V1: [string, RegExp, Breakage][] = [
  ['no event_id', /^`event_id` is missing, not an id/, (payload) => delete payload.event_id],
  ['no device', /^`device` is missing, not an object$/, (payload) => delete payload.device],
  [
    'no version of the system',
    /^`os.version` is missing, not a string$/,
    (payload) => delete payload.os.version,
  ],
  ['a number as its date', /^`timestamp` is 1793534400/, (payload) => (payload.timestamp = 1_793_534_400)],
  ['null as its environment', /^`environment` is null/, (payload) => (payload.environment = null)],
  ['no transaction', /^`transaction` is missing/, (payload) => delete payload.transaction],
  [
    'a transaction without a name',
    /^`transaction.name` is "", not a non-empty string$/,
    (payload) => (payload.transaction.name = ''),
  ],
  [
    'a trace_id of zeros',
    /^`transaction.trace_id` is "0+"/,
    (payload) => (payload.transaction.trace_id = '0'.repeat(32)),
  ],
  [
    'a fraction as a time',
    /^`elapsed_since_start_ns` of a sample is "1.5"/,
    ({ profile }) => (profile.samples[0].elapsed_since_start_ns = '1.5'),
  ],
  [
    'a name as a thread',
    /^`thread_id` of a sample is "main"/,
    ({ profile }) => (profile.samples[0].thread_id = 'main'),
  ],
  [
    'more than 30 s',
    /^the last sample is 30000000001 ns after the start/,
    ({ profile }) => (profile.samples[1].elapsed_since_start_ns = '30000000001'),
  ],
  [
    'samples after its end only',
    /^no samples are left/,
    ({ transaction }) => (transaction.relative_end_ns = '5'),
  ],
  ['no transaction beside it', /^its transaction is not in the envelope$/, (_, { items }) => items.shift()],
];

const V2: [string, RegExp, Breakage][] = [
  ['no client_sdk', /^`client_sdk` is missing/, (payload) => delete payload.client_sdk],
  ['a profiler_id that is none', /^`profiler_id` is "me"/, (payload) => (payload.profiler_id = 'me')],
  [
    'a number as a thread',
    /^`thread_id` of a sample is 0, not a string/,
    ({ profile }) => (profile.samples[0].thread_id = 0),
  ],
  [
    'a text as a time',
    /^`timestamp` of a sample is "1"/,
    ({ profile }) => (profile.samples[0].timestamp = '1'),
  ],
  [
    'more than 66 s',
    /^the samples span 66.5 s, and 66 are allowed$/,
    ({ profile }) => (profile.samples[1].timestamp = profile.samples[0].timestamp + 66.5),
  ],
  [
    'the platform of a browser in its item',
    /^`platform` is "node", and that of the item's header "javascript"$/,
    (_, { items }) => ((items[0] as { header: { platform?: string } }).header.platform = 'javascript'),
  ],
];

describe('Relay would not take', () => {
  test.each(BOTH)('%s', async (_, reason, breakIt) => {
    expect(await reasonsFor(transactionEnvelope(), breakIt)).toContainEqual(expect.stringMatching(reason));
    expect(await reasonsFor(chunkEnvelope(), breakIt)).toContainEqual(expect.stringMatching(reason));
  });

  test.each(V1)('format v1 with %s', async (_, reason, breakIt) => {
    expect(await reasonsFor(transactionEnvelope(), breakIt)).toContainEqual(expect.stringMatching(reason));
  });

  test.each(V2)('format v2 with %s', async (_, reason, breakIt) => {
    expect(await reasonsFor(chunkEnvelope(), breakIt)).toContainEqual(expect.stringMatching(reason));
  });

  test('what is over its limits', async () => {
    const fill = (target: { filler?: string }, bytes: number): void => {
      target.filler = 'x'.repeat(bytes);
    };
    const MIB = 1024 * 1024;
    expect(await reasonsFor(chunkEnvelope(), (payload) => fill(payload, 50 * MIB))).toEqual([
      expect.stringMatching(/^a profile may have 52428800 bytes, and this one has 5242\d{4}$/),
    ]);
    expect(await reasonsFor(transactionEnvelope(), (_, { items }) => fill(items[0]?.payload, MIB))).toEqual([
      expect.stringMatching(/^an event or transaction may have 1048576 bytes, and this one has 1048\d{3}$/),
    ]);
  });
});

describe('Relay would take', () => {
  test.each<[string, () => ExampleEnvelope, Breakage]>([
    ['what the SDK sends with a transaction', transactionEnvelope, () => undefined],
    ['what the SDK sends as a chunk', chunkEnvelope, () => undefined],
    ['a chunk out of order', chunkEnvelope, ({ profile }) => profile.samples.reverse()],
    ['a chunk without a release', chunkEnvelope, (payload) => delete payload.release],
    [
      'an id with dashes and capitals',
      chunkEnvelope,
      (payload) => (payload.chunk_id = 'E5E5E5E5-E5E5-E5E5-E5E5-E5E5E5E5E5E5'),
    ],
    [
      'exactly 30 s',
      transactionEnvelope,
      ({ profile }) => (profile.samples[1].elapsed_since_start_ns = '30000000000'),
    ],
    [
      'an idle sample after 30 s, which it strips',
      transactionEnvelope,
      ({ profile }) =>
        profile.samples.push({ stack_id: 2, thread_id: '0', elapsed_since_start_ns: '31000000000' }),
    ],
    [
      'frames with other names for their keys',
      chunkEnvelope,
      ({ profile }) => (profile.frames[0] = { name: 'f', file: 'f.js', line: 1, column: 2 }),
    ],
  ])('%s', async (_, envelope, change) => {
    expect(await reasonsFor(envelope(), change)).toEqual([]);
  });
});
