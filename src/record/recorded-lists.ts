import { threadId } from 'node:worker_threads';
import { ArrayView } from '../encode/array-view.ts';
import type { BlockWriter } from '../encode/block-writer.ts';
import { ColumnarSamples, type SampleColumns } from '../profile/sample-columns.ts';
import type { Frame, Sample } from '../profile/types.ts';
import type { Cut, CutFrame } from './cut.ts';
import { NO_STACK } from './dictionary.ts';

/** How the times of a cut are written. */
export type Clock =
  /** Format v1: nanoseconds since the start of the transaction. */
  | { readonly format: 'transaction'; readonly startMs: number }
  /** Format v2: seconds since 1970. */
  | { readonly format: 'chunk'; readonly epochMs: number };

const US_PER_MS = 1000;
const US_PER_SECOND = 1e6;

/** The recording has the ticks of one thread. */
const THREAD_ID = String(threadId);

/** V8's clock counts microseconds, so further digits would be noise. */
export function elapsedNs(timeMs: number, startMs: number): number {
  return Math.round((timeMs - startMs) * US_PER_MS) * US_PER_MS;
}

export function epochSeconds(timeMs: number, epochMs: number): number {
  return Math.round((epochMs + timeMs) * US_PER_MS) / US_PER_SECOND;
}

/** The samples of a cut. */
export class RecordedSamples extends ColumnarSamples {
  readonly #cut: Cut;
  readonly #clock: Clock;

  constructor(cut: Cut, clock: Clock) {
    super();
    this.#cut = cut;
    this.#clock = clock;
  }

  get length(): number {
    return this.#cut.timesMs.length;
  }

  at(index: number): Sample {
    const stack_id = this.#cut.stackIds[index]!;
    const time = this.#timeAt(index);
    return this.#clock.format === 'transaction'
      ? { stack_id, thread_id: THREAD_ID, elapsed_since_start_ns: String(time) }
      : { stack_id, thread_id: THREAD_ID, timestamp: time };
  }

  override writeAt(index: number, writer: BlockWriter): void {
    const stack = this.#cut.stackIds[index];
    const time = this.#timeAt(index);
    const timeText =
      this.#clock.format === 'transaction' ? `"elapsed_since_start_ns":"${time}"` : `"timestamp":${time}`;
    writer.write(`{"stack_id":${stack},"thread_id":"${THREAD_ID}",${timeText}}`);
  }

  columns(): SampleColumns {
    const { length } = this;
    return {
      length,
      stackIds: this.#cut.stackIds,
      times: Float64Array.from({ length }, (_, i) => this.#timeAt(i)),
      threads: new Int32Array(length),
      threadIds: [THREAD_ID],
      isSorted: true,
    };
  }

  #timeAt(index: number): number {
    const timeMs = this.#cut.timesMs[index]!;
    const clock = this.#clock;
    return clock.format === 'transaction'
      ? elapsedNs(timeMs, clock.startMs)
      : epochSeconds(timeMs, clock.epochMs);
  }
}

/** The stacks of a cut, as lists of indices into its frames, leaf first. */
export class RecordedStacks extends ArrayView<number[]> {
  readonly length: number;
  readonly #cut: Cut;

  constructor(cut: Cut) {
    super();
    this.#cut = cut;
    this.length = cut.leaves.length;
  }

  at(index: number): number[] {
    const { leaves, calls } = this.#cut;
    const stack: number[] = [];
    for (let call = leaves[index]!; call !== NO_STACK; call = calls.at(call, 0)) {
      stack.push(calls.at(call, 1));
    }
    return stack;
  }

  override writeAt(index: number, writer: BlockWriter): void {
    writer.write(`[${this.at(index).join()}]`);
  }
}

/** The frames of a cut. */
export class RecordedFrames extends ArrayView<Frame> {
  readonly #frames: readonly CutFrame[];

  constructor({ frames }: Cut) {
    super();
    this.#frames = frames;
  }

  get length(): number {
    return this.#frames.length;
  }

  at(index: number): Frame {
    const { id, dictionary } = this.#frames[index]!;
    return JSON.parse(dictionary.textOf(id).toString()) as Frame;
  }

  override writeAt(index: number, writer: BlockWriter): void {
    const { id, dictionary } = this.#frames[index]!;
    dictionary.writeText(id, writer);
  }
}
