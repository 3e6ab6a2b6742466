import { randomBytes } from 'node:crypto';
import { chunkEnvelope, transactionEnvelope } from './relay/examples.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into payloads and break them.
export type Payload = any;

/** An envelope as the SDK hands it to a transport. */
export type SdkEnvelope = [header: Payload, items: [header: Payload, payload: Payload][]];

/** A transaction beside its profile, with ids of its own. */
export function profiledTransaction(profile: Payload = {}): SdkEnvelope {
  const { header, items } = transactionEnvelope();
  const [transaction, ours] = items as [Payload, Payload];
  const eventId = id();
  transaction.payload.event_id = eventId;
  ours.payload.transaction.id = eventId;
  ours.payload.event_id = id();
  return [
    { ...header, event_id: eventId },
    [
      [transaction.header, transaction.payload],
      [ours.header, { ...ours.payload, ...profile }],
    ],
  ];
}

/** A profile chunk, with ids of its own. */
export function profileChunk(chunk: Payload = {}): SdkEnvelope {
  const { header, items } = chunkEnvelope();
  const [ours] = items as [Payload];
  return [{ ...header, event_id: id() }, [[ours.header, { ...ours.payload, chunk_id: id(), ...chunk }]]];
}

/** An error event in an envelope of its own. */
export function errorEvent(message: string): SdkEnvelope {
  const eventId = id();
  return [
    { event_id: eventId, sent_at: new Date().toISOString() },
    [[{ type: 'event' }, { event_id: eventId, message, level: 'error' }]],
  ];
}

/** The three lists of a profile with as many samples, each on a stack of its own whose frames have random names. */
export function incompressibleLists(samples: number, format: 'transaction' | 'chunk' = 'chunk'): Payload {
  const time = (i: number): object =>
    format === 'chunk'
      ? { timestamp: 1_793_534_400 + i / 100 }
      : { elapsed_since_start_ns: String((i + 1) * 1_000_000) };
  return {
    samples: Array.from({ length: samples }, (_, i) => ({ stack_id: i, thread_id: '0', ...time(i) })),
    stacks: Array.from({ length: samples }, (_, i) => [i]),
    frames: Array.from({ length: samples }, () => ({
      lineno: 1,
      colno: 1,
      function: randomBytes(500).toString('base64'),
    })),
    thread_metadata: { '0': { name: 'main' } },
  };
}

function id(): string {
  return randomBytes(16).toString('hex');
}
