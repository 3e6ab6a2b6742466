import type { Client } from '@sentry/core';
import { survive } from '../survive.ts';
import type { TransactionEvent } from './transaction-payload.ts';

/** Pauses shorter than this are no pause: a tick lies on either side of them. */
const MIN_PAUSE_MS = 20;

/** Most stretches that are remembered: a trace that began before them is taken for recorded. */
const MAX_STRETCHES = 1000;

const PROFILER_ID = 'sentry.profiler_id';

interface Stretch {
  readonly fromMs: number;
  untilMs: number;
}

type TimedEvent = TransactionEvent & { type?: string; timestamp?: number };

/** A span on its way out, as SDK 11 streams it. */
interface StreamedSpan {
  readonly start_timestamp: number;
  readonly end_timestamp: number;
  readonly attributes?: Record<string, unknown>;
}

/**
 * Takes away what points to a profiler that has recorded nothing in that time. The SDK puts the id of its profiler on everything, from
 * its start on.
 */
export class ProfilerLinks {
  readonly #stretches: Stretch[] = [];
  readonly #unsubscribe: readonly (() => void)[];

  constructor(client: Client) {
    this.#unsubscribe = [
      client.on('beforeSendEvent', (event) => survive(() => this.#unlinkEvent(event as TimedEvent))),
      // SDK 11 only: the others never tell of it.
      client.on('processSegmentSpan', (span) => survive(() => this.#unlinkSpan(span as StreamedSpan))),
    ];
  }

  /** Recording starts now. */
  start(): void {
    const nowMs = Date.now();
    const last = this.#stretches.at(-1);
    if (last !== undefined && nowMs - last.untilMs < MIN_PAUSE_MS) last.untilMs = Number.POSITIVE_INFINITY;
    else this.#stretches.push({ fromMs: nowMs, untilMs: Number.POSITIVE_INFINITY });
    if (this.#stretches.length > MAX_STRETCHES) this.#stretches.shift();
  }

  end(): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined) last.untilMs = Date.now();
  }

  close(): void {
    for (const one of this.#unsubscribe) one();
  }

  #unlinkEvent({ type, contexts, start_timestamp = 0, timestamp = 0 }: TimedEvent): void {
    if (type !== 'transaction' || contexts?.profile?.profiler_id === undefined) return;
    if (!this.#isRecorded(start_timestamp, timestamp)) delete contexts.profile;
  }

  #unlinkSpan({ attributes, start_timestamp, end_timestamp }: StreamedSpan): void {
    if (attributes?.[PROFILER_ID] === undefined) return;
    if (!this.#isRecorded(start_timestamp, end_timestamp)) delete attributes[PROFILER_ID];
  }

  /** Whether something was recorded in this time, in seconds, or may have been. */
  #isRecorded(fromSeconds: number, untilSeconds: number): boolean {
    const [fromMs, untilMs] = [fromSeconds * 1000, untilSeconds * 1000];
    const [first] = this.#stretches;
    const isForgotten = this.#stretches.length === MAX_STRETCHES && fromMs < (first?.fromMs ?? 0);
    return isForgotten || this.#stretches.some((one) => one.fromMs <= untilMs && one.untilMs >= fromMs);
  }
}
