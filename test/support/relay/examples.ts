import type { JsonObject } from './envelope.ts';

/** An envelope that a test may break at any place before it is written. */
export interface ExampleEnvelope {
  header: JsonObject;
  items: { header: JsonObject & { type: string }; payload: ExamplePayload }[];
}

// biome-ignore lint/suspicious/noExplicitAny: a test reaches into it to break one member, whatever its type.
type ExamplePayload = any;

const TRANSACTION_ID = 'a1'.repeat(16);
const TRACE_ID = 'b2'.repeat(16);

/** The tables of a profile as the native profiler lays them out: one thread, stacks leaf first. */
function tables(samples: object[]) {
  return {
    samples,
    stacks: [[0, 1], [1], []],
    frames: [
      { lineno: 12, colno: 5, in_app: true, function: 'parse', abs_path: '/app/parse.js', module: 'parse' },
      { lineno: 3, colno: 1, in_app: true, function: 'main', abs_path: '/app/main.js', module: 'main' },
    ],
    thread_metadata: { '0': { name: 'main' } },
  };
}

/** A transaction and its profile in sample format v1, as SDK 10 sends them. */
export function transactionEnvelope(): ExampleEnvelope {
  const transaction = {
    type: 'transaction',
    event_id: TRANSACTION_ID,
    transaction: 'GET /',
    contexts: { trace: { trace_id: TRACE_ID, span_id: 'c3'.repeat(8) } },
  };
  const profile = {
    event_id: 'd4'.repeat(16),
    timestamp: '2026-11-01T12:00:00.000Z',
    platform: 'node',
    version: '1',
    release: '',
    environment: 'production',
    runtime: { name: 'node', version: '20.19.0' },
    os: { name: 'Linux', version: '6.1', build_number: '#1 SMP' },
    device: {
      locale: 'en_US',
      model: 'x86_64',
      manufacturer: 'Linux',
      architecture: 'x64',
      is_emulator: false,
    },
    debug_meta: { images: [] },
    profile: tables([
      { stack_id: 0, thread_id: '0', elapsed_since_start_ns: '1000000' },
      { stack_id: 1, thread_id: '0', elapsed_since_start_ns: '11000000' },
    ]),
    transaction: { name: 'GET /', id: TRANSACTION_ID, trace_id: TRACE_ID, active_thread_id: '0' },
  };
  return {
    header: { event_id: TRANSACTION_ID, sent_at: '2026-11-01T12:00:01.000Z' },
    items: [
      { header: { type: 'transaction' }, payload: transaction },
      { header: { type: 'profile' }, payload: profile },
    ],
  };
}

/** A profile chunk in sample format v2, as SDK 11 sends it. */
export function chunkEnvelope(): ExampleEnvelope {
  const chunk = {
    chunk_id: 'e5'.repeat(16),
    client_sdk: { name: 'sentry.javascript.node', version: '11.1.0' },
    profiler_id: 'f6'.repeat(16),
    platform: 'node',
    version: '2',
    release: '',
    environment: 'production',
    debug_meta: { images: [] },
    profile: tables([
      { stack_id: 0, thread_id: '0', timestamp: 1_793_534_400.25 },
      { stack_id: 1, thread_id: '0', timestamp: 1_793_534_400.26 },
    ]),
  };
  return {
    header: { event_id: 'a7'.repeat(16), sent_at: '2026-11-01T12:00:01.000Z' },
    items: [{ header: { type: 'profile_chunk', platform: 'node' }, payload: chunk }],
  };
}

/** The envelope as bytes, each item with its length. */
export function writeEnvelope({ header, items }: ExampleEnvelope): Buffer {
  const parts = items.map((item) => {
    const payload = JSON.stringify(item.payload);
    const itemHeader = { ...item.header, length: Buffer.byteLength(payload) };
    return `\n${JSON.stringify(itemHeader)}\n${payload}`;
  });
  return Buffer.from(JSON.stringify(header) + parts.join(''));
}
