import type { TransportMakeRequestResponse } from '@sentry/core';
import type { Reporter } from '../observe/reporter.ts';
import { categoryOf, withoutLimited } from './limited-items.ts';
import { type AnyEnvelope, freshHeader } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Rest } from './rest.ts';

/** The transport below ours. */
export type Send = (envelope: AnyEnvelope) => PromiseLike<TransportMakeRequestResponse>;

export interface HandOnDeps {
  readonly send: Send;
  readonly rateLimits: RateLimits;
  readonly reporter: Reporter;
  /** Envelopes that the transport below takes at a time. It drops all beyond that. */
  readonly bufferSize: number;
}

/** An envelope that the transport below has taken. */
export interface Handed {
  readonly answer: Promise<TransportMakeRequestResponse>;
}

/** Share of the transport's places that this class may fill. The application needs the others for its own envelopes. */
const SHARE = 0.75;

/** A place is given up after this time, because the SDK's requests have no time limit and others wait for the place. */
const PLACE_MS = 2000;

/** Hands transactions that go without their profile to the transport below, no faster than it takes them. */
export class HandOn {
  readonly #deps: HandOnDeps;
  readonly #places: number;
  /** Each is let in, in order. */
  readonly #waiting = new Set<() => void>();
  #taken = 0;
  #isHurried = false;

  constructor(deps: HandOnDeps) {
    this.#deps = deps;
    this.#places = Math.max(1, Math.floor(deps.bufferSize * SHARE));
  }

  /**
   * Comes true when the transport has it.
   *
   * @param patienceMs how long it may wait for a place; then the transport gets it anyway, and decides. 0 sends it at once, as
   *   the SDK would have done
   */
  async add(header: AnyEnvelope[0], rest: Rest, patienceMs: number): Promise<Handed> {
    await this.#takePlace(patienceMs);
    const { types } = rest;
    const handed = await this.#send(header, rest).catch((): Handed => {
      this.#deps.reporter.lose('malformed', types.map(categoryOf));
      return { answer: Promise.resolve({}) };
    });
    rest.release();
    void this.#leave(handed);
    return handed;
  }

  /** Nothing waits any longer: there is no time left. */
  hurry(): void {
    this.#isHurried = true;
    for (const enter of this.#waiting) enter();
  }

  async #takePlace(patienceMs: number): Promise<void> {
    if (!this.#isHurried && patienceMs > 0 && this.#taken >= this.#places) await this.#turn(patienceMs);
    this.#taken++;
  }

  async #turn(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      const enter = (): void => {
        this.#waiting.delete(enter);
        resolve();
      };
      this.#waiting.add(enter);
      timer = setTimeout(enter, patienceMs).unref();
    });
    clearTimeout(timer);
  }

  async #send(header: AnyEnvelope[0], rest: Rest): Promise<Handed> {
    const { send, rateLimits, reporter } = this.#deps;
    const items = withoutLimited(await rest.items(), rateLimits, reporter);
    if (items.length === 0) return { answer: Promise.resolve({}) };
    return { answer: Promise.resolve(send([freshHeader(header), items])) };
  }

  async #leave({ answer }: Handed): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const end = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PLACE_MS).unref();
    });
    await Promise.race([answer, end]).catch(() => {});
    clearTimeout(timer);
    this.#taken--;
    const [next] = this.#waiting;
    if (this.#taken < this.#places) next?.();
  }
}
