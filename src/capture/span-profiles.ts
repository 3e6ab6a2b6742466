import type { Client, Span } from '@sentry/core';
import type { RecordedProfile } from '../record/recorded-profile.ts';
import { isEmptyStub, standInFor } from '../record/stand-in.ts';
import { getRootSpan } from '../sdk.ts';
import { survive } from '../survive.ts';
import { type TransactionEvent, transactionPayload } from './transaction-payload.ts';

type AnyEvent = TransactionEvent & { type?: string };
type AnyEnvelope = readonly [unknown, [{ type: string }, unknown][]];

/**
 * Brings the profile of each root span to its transaction. The SDK itself finds it by a context of the isolation scope, which
 * spans that share a scope overwrite (getsentry/sentry-javascript#15405), and keeps no more than 50.
 */
export class SpanProfiles {
  readonly #client: Client;
  /** Profiles that have started and have no span yet. The last one belongs to the next root span that is told of. */
  readonly #started: string[] = [];
  /** Ids of profiles by their root span, and the other way round. */
  readonly #ids = new Map<string, string>();
  readonly #spans = new Map<string, string>();
  readonly #finished = new Map<string, RecordedProfile>();
  readonly #unsubscribe: readonly (() => void)[];

  constructor(client: Client) {
    this.#client = client;
    this.#unsubscribe = [
      client.on('spanStart', (span) => survive(() => this.#bind(span))),
      client.on('beforeSendEvent', (event) => survive(() => this.#unlink(event as AnyEvent))),
      client.on('beforeEnvelope', (envelope) =>
        survive(() => this.#attach(envelope as unknown as AnyEnvelope)),
      ),
    ];
  }

  started(id: string): void {
    this.#started.push(id);
  }

  finished(id: string, profile: RecordedProfile): void {
    this.#finished.set(id, profile);
  }

  /** The profile will not be sent, or is on its way. */
  remove(id: string): void {
    const span = this.#spans.get(id);
    if (span !== undefined) this.#ids.delete(span);
    this.#spans.delete(id);
    this.#finished.delete(id);
  }

  close(): void {
    for (const one of this.#unsubscribe) one();
  }

  /** The SDK starts a profile within the `spanStart` of its root span, before this is told of it. */
  #bind(span: Span): void {
    if (this.#started.length === 0 || getRootSpan(span) !== span) return;
    const id = this.#started.pop() as string;
    const { traceId, spanId } = span.spanContext();
    const key = spanKey(traceId, spanId);
    this.#ids.set(key, id);
    this.#spans.set(id, key);
  }

  /**
   * Relay links a transaction to the profile in its envelope. The context that the SDK has set may name the profile of another
   * span.
   */
  #unlink({ type, contexts }: AnyEvent): void {
    if (type === 'transaction' && contexts?.profile?.profile_id !== undefined) delete contexts.profile;
  }

  #attach([, items]: AnyEnvelope): void {
    for (let i = items.length - 1; i >= 0; i--) {
      const [{ type }, payload] = items[i] as AnyEnvelope[1][number];
      if (type === 'profile' && isEmptyStub(payload)) items.splice(i, 1);
      if (type === 'transaction') this.#attachTo(payload as AnyEvent, items);
    }
  }

  #attachTo(event: AnyEvent, items: AnyEnvelope[1]): void {
    const { trace_id = '', span_id = '' } = event.contexts?.trace ?? {};
    const id = this.#ids.get(spanKey(trace_id, span_id)) ?? '';
    const profile = this.#finished.get(id);
    if (profile === undefined) return;
    const payload = transactionPayload(id, event);
    standInFor(payload, profile);
    this.#emit('preprocessEvent', payload, event.event_id);
    this.#emit('postprocessEvent', payload, event.event_id);
    items.push([{ type: 'profile' }, payload]);
  }

  /** As the SDK does with the profiles that it attaches. */
  #emit(hook: 'preprocessEvent' | 'postprocessEvent', payload: object, event_id: string | undefined): void {
    this.#client.emit(hook as 'preprocessEvent', payload as never, { event_id } as never);
  }
}

function spanKey(traceId: string, spanId: string): string {
  return `${traceId}-${spanId}`;
}
