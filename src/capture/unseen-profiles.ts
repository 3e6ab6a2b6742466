import type { Entry } from '../ledger.ts';

/**
 * Profiles that a gate has let start where the native seam is out of reach. That one of them has ended can be seen, but not
 * which. One that never ends expires.
 */
export class UnseenProfiles {
  readonly #maxProfileMs: number;
  readonly #running: { readonly entry: Entry; readonly startedAtMs: number }[] = [];

  /** @param maxProfileMs time after which the SDK ends a profile in any case */
  constructor(maxProfileMs: number) {
    this.#maxProfileMs = maxProfileMs;
  }

  get running(): number {
    return this.#running.length;
  }

  start(entry: Entry): void {
    this.#running.push({ entry, startedAtMs: performance.now() });
  }

  endOldest(): void {
    this.#running.shift()?.entry.release();
  }

  expire(): void {
    const latestMs = performance.now() - this.#maxProfileMs;
    while (this.#running.length > 0 && (this.#running[0]?.startedAtMs ?? 0) <= latestMs) this.endOldest();
  }

  close(): void {
    while (this.#running.length > 0) this.endOldest();
  }
}
