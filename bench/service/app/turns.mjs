import { setTimeout as pause, setImmediate as yieldTurn } from 'node:timers/promises';

/** Of two thirds of a millisecond or so each: under half a core, however many requests share them. */
const TURNS_PER_SECOND = 600;
/** Least cost of a request, in turns, roughly: Express, tracing, and sending the transaction. */
const TURNS_FOR_REQUEST = 3;

/** A timer may be a millisecond late, which would add up where turns follow each other closely. */
const SHORTEST_PAUSE_MS = 5;

/** When a request gets to work, and how long it is open. */
export class Turns {
  #startMs = performance.now();
  #taken = 0;

  /**
   * @param {number} contexts requests that are open at once
   * @param {number} lastsMs
   */
  constructor(contexts, lastsMs) {
    this.lastsMs = lastsMs;
    this.count = Math.round((TURNS_PER_SECOND * lastsMs) / 1000 / contexts) - TURNS_FOR_REQUEST;
  }

  /** Waits for the next turn by the clock, so that work that took long is caught up with. */
  next() {
    return this.#until((this.lastsMs * this.#taken++) / this.count);
  }

  end() {
    return pause(Math.max(0, this.#startMs + this.lastsMs - performance.now()));
  }

  /** @param {number} atMs */
  #until(atMs) {
    const aheadMs = this.#startMs + atMs - performance.now();
    return aheadMs < SHORTEST_PAUSE_MS ? yieldTurn() : pause(aheadMs);
  }
}
