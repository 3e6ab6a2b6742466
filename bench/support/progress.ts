import { type Bar, Presets, SingleBar } from 'cli-progress';

const TICK_MS = 200;

/** Shows how far the demo is: a bar on a terminal, elsewhere a line for each step. */
export class Progress {
  readonly #bar: Bar | undefined;
  readonly #totalMs: number;
  #stepStartMs = performance.now();
  #plannedMs = 0;
  #stepMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(totalMs: number) {
    this.#totalMs = totalMs;
    if (!process.stdout.isTTY) return;
    const format = '{bar} {percentage}% | {step}';
    this.#bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
    this.#bar.start(totalMs, 0, { step: '' });
    this.#timer = setInterval(() => this.#draw(), TICK_MS);
  }

  /** @param plannedMs how long it is meant to take */
  step(step: string, plannedMs: number): void {
    this.#plannedMs += this.#stepMs;
    this.#stepMs = plannedMs;
    this.#stepStartMs = performance.now();
    if (this.#bar === undefined) console.log(step);
    else this.#bar.update(this.#plannedMs, { step });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#bar?.update(this.#totalMs);
    this.#bar?.stop();
  }

  /** A step that takes longer than planned holds the bar; it does not run ahead of the next one. */
  #draw(): void {
    this.#bar?.update(this.#plannedMs + Math.min(this.#stepMs, performance.now() - this.#stepStartMs));
  }
}
