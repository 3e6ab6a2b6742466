interface Waiter {
  isDone: () => boolean;
  settle: (error?: Error) => void;
}

/** Promises that come true with the state they wait for, looked at again after each event. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();
  readonly #describe: () => string;

  constructor(describe: () => string) {
    this.#describe = describe;
  }

  wait(isDone: () => boolean, timeoutMs: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        error === undefined ? resolve() : reject(error);
      };
      const timer = setTimeout(() => {
        settle(new Error(`the relay waited ${timeoutMs} ms in vain for ${what}; ${this.#describe()}`));
      }, timeoutMs);
      const waiter = { isDone, settle };
      this.#waiting.add(waiter);
      this.#look(waiter);
    });
  }

  changed(): void {
    for (const waiter of [...this.#waiting]) {
      this.#look(waiter);
    }
  }

  abandon(): void {
    for (const waiter of [...this.#waiting]) {
      waiter.settle(new Error(`the relay was closed; ${this.#describe()}`));
    }
  }

  #look(waiter: Waiter): void {
    try {
      if (waiter.isDone()) {
        waiter.settle();
      }
    } catch (error) {
      waiter.settle(error as Error);
    }
  }
}
