import type { Hold } from '../ledger.ts';

/** The SDK ends a transaction's profile after 30 s (`MAX_PROFILE_DURATION_MS`) and a chunk after 60 (`CHUNK_INTERVAL_MS`). */
const MAX_PROFILE_MS = 60_000;

/**
 * Profiles that a gate has let start where the native seam is out of reach: which of them has ended can't be seen, only
 * that one has. What never ends expires.
 */
export class UnseenProfiles {
  readonly #running: { readonly hold: Hold; readonly startedAtMs: number }[] = [];

  get running(): number {
    return this.#running.length;
  }

  get heldBytes(): number {
    return this.#running.reduce((sum, { hold }) => sum + hold.heldBytes, 0);
  }

  start(hold: Hold): void {
    this.#running.push({ hold, startedAtMs: performance.now() });
  }

  endOldest(): void {
    this.#running.shift()?.hold.release();
  }

  expire(): void {
    const latestMs = performance.now() - MAX_PROFILE_MS;
    while (this.#running.length > 0 && (this.#running[0]?.startedAtMs ?? 0) <= latestMs) this.endOldest();
  }

  close(): void {
    while (this.#running.length > 0) this.endOldest();
  }
}
