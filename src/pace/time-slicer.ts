import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pace } from './pace.ts';

/** Work stops at this share of the limit, so that one slow step or a garbage collection still fits. */
const TARGET_SHARE = 0.5;

/**
 * In a busy loop turns are long, and work would get too little done in a second. It then takes this share of a turn, up to the
 * larger share of the limit. When much waits, it takes the larger share in every turn.
 */
const TURN_SHARE = 0.2;
const BUSY_TARGET_SHARE = 0.85;

/** Runs stepwise computations in slices. */
export interface Slicer extends Pace {
  /**
   * @param pause runs at each pause of the computation, which goes on when its promise has resolved
   * @returns the result of the computation
   */
  run<T>(steps: Generator<void, T>, pause?: () => Promise<void> | undefined): Promise<T>;
}

/**
 * Runs stepwise computations in slices, with the event loop free in between. All computations share one allowance for each turn
 * of the loop. Several small profiles may fit one turn, and a large one takes many.
 */
export class TimeSlicer implements Slicer {
  readonly #maxSliceMs: number;
  #targetMs: number;
  /** Time taken of this turn before the current step, and the start of that step. */
  #spentMs = 0;
  #stepAtMs = 0;
  #isTurnOpen = false;
  #longestMs = 0;
  #totalMs = 0;
  #isStopped = false;
  /** Whether much work waits. The owner of the waiting work sets it. */
  isPressed = false;

  /** @param maxSliceMs longest stretch of the event loop to take at a time, in milliseconds */
  constructor(maxSliceMs: number) {
    this.#maxSliceMs = maxSliceMs;
    this.#targetMs = maxSliceMs * TARGET_SHARE;
  }

  /** Time that work has taken so far, in milliseconds. */
  get totalMs(): number {
    return this.#totalMs;
  }

  /** The longest slice so far, in milliseconds. */
  get longestMs(): number {
    return this.#longestMs;
  }

  isOver(): boolean {
    return this.#spentMs + performance.now() - this.#stepAtMs >= this.#targetMs;
  }

  /** Makes computations end where they pause next, with an error. */
  stop(): void {
    this.#isStopped = true;
  }

  /** The same allowance for work that may become needless. It then ends at its next pause, with an error. */
  whileWanted(isWanted: () => boolean): Slicer {
    return {
      isOver: () => this.isOver(),
      run: (steps, pause) => this.run(steps, pause, isWanted),
    };
  }

  async run<T>(
    steps: Generator<void, T>,
    pause?: () => Promise<void> | undefined,
    isWanted: () => boolean = () => true,
  ): Promise<T> {
    for (;;) {
      if (this.#isTurnOpen && this.#spentMs >= this.#targetMs) await nextTurn();
      if (this.#isStopped || !isWanted()) throw new Error('Encoding was stopped');
      const step = this.#takeStep(steps);
      if (step.done === true) return step.value;
      await pause?.();
    }
  }

  #takeStep<T>(steps: Generator<void, T>): IteratorResult<void, T> {
    this.#openTurn();
    this.#stepAtMs = performance.now();
    try {
      return steps.next();
    } finally {
      const tookMs = performance.now() - this.#stepAtMs;
      this.#spentMs += tookMs;
      this.#totalMs += tookMs;
      this.#longestMs = Math.max(this.#longestMs, this.#spentMs);
    }
  }

  #openTurn(): void {
    if (this.#isTurnOpen) return;
    this.#isTurnOpen = true;
    this.#spentMs = 0;
    const openedMs = performance.now();
    setImmediate(() => {
      this.#isTurnOpen = false;
      this.#follow(performance.now() - openedMs - this.#spentMs);
    });
  }

  /** @param othersMs time that everything else took in the last turn */
  #follow(othersMs: number): void {
    const mostMs = BUSY_TARGET_SHARE * this.#maxSliceMs;
    const leastMs = this.isPressed ? mostMs : TARGET_SHARE * this.#maxSliceMs;
    this.#targetMs = Math.min(Math.max(leastMs, TURN_SHARE * othersMs), mostMs);
  }
}
