/** Pauses shorter than this are no pause: a tick lies on either side of them. */
const MIN_PAUSE_MS = 20;

/** Most stretches that are remembered: a transaction that began before them is taken for recorded. */
const MAX_STRETCHES = 1000;

interface Stretch {
  readonly fromMs: number;
  untilMs: number;
}

/** When continuous profiling has recorded, in milliseconds since 1970. */
export class RecordedTimes {
  readonly #stretches: Stretch[] = [];

  start(atMs: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined && atMs - last.untilMs < MIN_PAUSE_MS) last.untilMs = Number.POSITIVE_INFINITY;
    else this.#stretches.push({ fromMs: atMs, untilMs: Number.POSITIVE_INFINITY });
    if (this.#stretches.length > MAX_STRETCHES) this.#stretches.shift();
  }

  end(atMs: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined) last.untilMs = atMs;
  }

  /** Whether something was recorded in this time, or may have been. */
  overlap(fromMs: number, untilMs: number): boolean {
    const [first] = this.#stretches;
    const isForgotten = this.#stretches.length === MAX_STRETCHES && fromMs < (first?.fromMs ?? 0);
    return isForgotten || this.#stretches.some((one) => one.fromMs <= untilMs && one.untilMs >= fromMs);
  }
}
