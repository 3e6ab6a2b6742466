/** Lets a few tasks run at a time. The others wait for their turn, in order. */
export class Turns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) await new Promise<void>((enter) => this.#waiting.push(enter));
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The turn passes on to the next task, so that a task that comes meanwhile can't take it.
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
