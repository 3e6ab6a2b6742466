import { keepAsyncContext } from '../async-context.ts';
import { runToEnd } from '../pace/pace.ts';
import type { TimeSlicer } from '../pace/time-slicer.ts';

export interface InterningLineDeps {
  readonly slicer: TimeSlicer;
  /** Called after each segment, also after one that failed. */
  readonly onDone: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** Interns segments one after the other, in slices, because a large one takes more than a turn of the event loop may last. */
export class InterningLine {
  readonly #deps: InterningLineDeps;
  /** The first one is under way. */
  readonly #waiting: Generator<void, void>[] = [];
  readonly #detached = keepAsyncContext();
  #isRunning = false;

  constructor(deps: InterningLineDeps) {
    this.#deps = deps;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(steps: Generator<void, void>): void {
    this.#waiting.push(steps);
    if (!this.#isRunning) void this.#detached(() => this.#run());
  }

  /** Interns all of them in this turn. */
  finishNow(): void {
    for (const steps of this.#waiting.splice(0)) {
      try {
        runToEnd(steps);
      } catch (error) {
        this.#deps.onFailure(error);
      }
    }
  }

  async #run(): Promise<void> {
    const { slicer, onDone, onFailure } = this.#deps;
    this.#isRunning = true;
    for (let steps = this.#waiting[0]; steps !== undefined; steps = this.#waiting[0]) {
      try {
        await slicer.run(steps);
      } catch (error) {
        onFailure(error);
      }
      if (this.#waiting[0] === steps) this.#waiting.shift();
      onDone();
    }
    this.#isRunning = false;
  }
}
