import type { Shipment } from './shipment.ts';

interface Waiter {
  /** The number of the last shipment that it waits for. */
  readonly until: number;
  readonly resolve: (isSettled: boolean) => void;
}

/** Knows all shipments under way, and lets callers wait for their end. A caller costs the same, however many they are. */
export class Settling {
  /** Numbered in the order in which they came. */
  readonly #underWay = new Map<Shipment, number>();
  readonly #waiters = new Set<Waiter>();
  #count = 0;

  get size(): number {
    return this.#underWay.size;
  }

  get all(): Shipment[] {
    return [...this.#underWay.keys()];
  }

  add(shipment: Shipment): void {
    this.#underWay.set(shipment, ++this.#count);
  }

  remove(shipment: Shipment): void {
    this.#underWay.delete(shipment);
    this.check();
  }

  /**
   * Resolves to true when all shipments that are under way now have ended, and to false after the timeout, or earlier if the
   * others only wait for a failure to be over.
   */
  async settle(timeoutMs: number | undefined): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    let waiter: Waiter | undefined;
    const isSettled = await new Promise<boolean>((resolve) => {
      waiter = { until: this.#count, resolve };
      this.#waiters.add(waiter);
      // Not unref'd: somebody waits for this promise, and a process that exits meanwhile would never answer.
      if (timeoutMs) timer = setTimeout(resolve, timeoutMs, false);
      this.check();
    });
    clearTimeout(timer);
    this.#waiters.delete(waiter as Waiter);
    return isSettled;
  }

  /** Something was parked, or goes on. */
  check(): void {
    for (const { until, resolve } of this.#waiters) {
      const isSettled = this.#isSettled(until);
      if (isSettled !== undefined) resolve(isSettled);
    }
  }

  /** @returns undefined as long as something goes on */
  #isSettled(until: number): boolean | undefined {
    let isLeft = false;
    for (const [shipment, number] of this.#underWay) {
      if (number > until) break;
      if (!shipment.isParked) return undefined;
      isLeft = true;
    }
    return !isLeft;
  }
}
