import { threadId } from 'node:worker_threads';
import type { Client } from '@sentry/core';
import { survive } from '../survive.ts';
import { isWithin, type Stretch, StretchLog } from './stretch-log.ts';
import type { TransactionEvent } from './transaction-payload.ts';

const PROFILER_ID = 'sentry.profiler_id';

/** The attributes by which Sentry finds a span's thread in a profile (https://getsentry.github.io/sentry-conventions/attributes/thread/). */
const THREAD = { 'thread.id': String(threadId), 'thread.name': 'main' };

interface TimedSpan {
  readonly start_timestamp?: number;
  readonly timestamp?: number;
  data?: Record<string, unknown>;
}

type TimedEvent = TransactionEvent &
  TimedSpan & {
    readonly type?: string;
    contexts?: { trace?: { data?: Record<string, unknown> } };
    readonly spans?: readonly TimedSpan[];
  };

/** A span on its way out, as it is streamed. */
interface StreamedSpan {
  readonly start_timestamp: number;
  readonly end_timestamp: number;
  attributes?: Record<string, unknown>;
}

/**
 * Ties spans to the profiler that recorded in their time, because the SDK does so for some of them only. It puts the id of its profiler
 * on every transaction, recorded or not. Of a streamed trace, only the first span gets the id, and no span gets the thread, which
 * Sentry needs to find samples. If the tree holds two copies of `@sentry/core`, nothing gets the id, because the profiler writes it
 * into a scope of the other copy.
 */
export class ProfilerLinks {
  readonly #log = new StretchLog();
  readonly #unsubscribe: readonly (() => void)[];

  constructor(client: Client) {
    this.#unsubscribe = [
      client.on('beforeSendEvent', (event) => survive(() => this.#linkEvent(event as TimedEvent))),
      // An SDK that does not stream spans never tells of it.
      client.on('processSpan', (span) => survive(() => this.#linkSpan(span as StreamedSpan))),
    ];
  }

  /** Recording starts now. @param profilerId the id that its chunks have */
  start(profilerId: unknown): void {
    this.#log.start(profilerId);
  }

  end(): void {
    this.#log.end();
  }

  close(): void {
    for (const one of this.#unsubscribe) one();
  }

  #linkEvent(event: TimedEvent): void {
    const { type, contexts, spans = [] } = event;
    if (type !== 'transaction' || contexts === undefined) return;
    const stretches = this.#log.during(event.start_timestamp, event.timestamp);
    const last = stretches.at(-1);
    if (last === undefined) {
      if (contexts.profile?.profiler_id !== undefined) delete contexts.profile;
      return;
    }
    // From before the log: the SDK knows better.
    if (last.profilerId === undefined) return;
    contexts.profile = { ...contexts.profile, profiler_id: last.profilerId };
    if (contexts.trace !== undefined) contexts.trace.data = { ...THREAD, ...contexts.trace.data };
    for (const span of spans) {
      if (isRecorded(stretches, span.start_timestamp, span.timestamp))
        span.data = { ...THREAD, ...span.data };
    }
  }

  #linkSpan(span: StreamedSpan): void {
    const last = this.#log.lastDuring(span.start_timestamp, span.end_timestamp);
    if (last === undefined) delete span.attributes?.[PROFILER_ID];
    else if (last.profilerId !== undefined) {
      span.attributes = { ...THREAD, ...span.attributes, [PROFILER_ID]: last.profilerId };
    }
  }
}

function isRecorded(stretches: readonly Stretch[], fromSeconds?: number, untilSeconds?: number): boolean {
  return stretches.some((stretch) => isWithin(stretch, fromSeconds, untilSeconds));
}
