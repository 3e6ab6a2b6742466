import { afterEach, beforeEach, vi } from 'vitest';
import type { Answer, NoAnswer } from '../../src/deliver/post.ts';
import type { Ending, Foreseen, Upload } from '../../src/deliver/upload.ts';
import { UploadQueue } from '../../src/deliver/upload-queue.ts';

export const ACCEPTED: Answer = {
  statusCode: 200,
  headers: { 'retry-after': null, 'x-sentry-rate-limits': null },
};
export const REFUSED: NoAnswer = { wasSent: false, isHopeless: false, error: 'ECONNREFUSED' };
export const UNANSWERED: NoAnswer = { wasSent: true, isHopeless: false, error: 'ETIMEDOUT' };
export const MINUTE_MS = 60_000;

/** Stops the time for all tests of a file, so that only `pass` moves it. */
export function fakeTime(): void {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }));
  afterEach(() => vi.useRealTimers());
}

/** Lets promises come true that do not wait for time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

export async function pass(ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= 100) {
    vi.advanceTimersByTime(Math.min(leftMs, 100));
    await settle();
  }
}

/** An upload that ends its attempts by a function, and how it ended itself. */
export class Probe implements Upload {
  readonly name: string;
  readonly #answer: () => Promise<Answer | NoAnswer>;
  attempts = 0;
  isParked = false;
  isCancelled = false;
  ending: Ending | undefined;
  foreseen: Foreseen | undefined;

  constructor(name: string, answer: () => Answer | NoAnswer | Promise<Answer | NoAnswer>) {
    this.name = name;
    this.#answer = async () => answer();
  }

  attempt(signal: AbortSignal): Promise<Answer | NoAnswer> {
    this.attempts++;
    const aborted = new Promise<NoAnswer>((resolve) => {
      signal.addEventListener('abort', () => resolve(UNANSWERED));
    });
    return Promise.race([this.#answer(), aborted]);
  }

  remove(): void {}

  foresee(): Foreseen | undefined {
    return this.foreseen;
  }

  conclude(): 'accepted' {
    return 'accepted';
  }
}

export function add(queue: UploadQueue, probe: Probe): Probe {
  void queue.add(probe).then((ending) => {
    probe.ending = ending;
  });
  return probe;
}

export const createQueue = (maxRetryAgeMs = 5 * MINUTE_MS): UploadQueue =>
  new UploadQueue(maxRetryAgeMs, { onChange() {}, onDown() {}, onUp() {} });
export const silent = (): Promise<never> => new Promise(() => {});
