/** A budget that the recording is part of. */
export interface RecordingHost {
  readonly budgetBytes: number;
  /** Sets how much of the budget the recording takes. @returns false, with nothing changed, if there is no room */
  hold(bytes: number): boolean;
}

/**
 * A recording takes this much of a budget from the start, so that it finds room to grow: 256 KiB, or a share of a small budget.
 */
const FIRST_BYTES = 256 * 1024;
const FIRST_SHARE = 1 / 16;

/** The budgets that one recording is part of. It is held once: those that need it share its bytes. */
export class RecordingHosts {
  /** The number of marks of each host. */
  readonly #hosts = new Map<RecordingHost, number>();
  /** The hosts that have a mark. If none has one, those that had the last. */
  #payers: readonly RecordingHost[] = [];

  get size(): number {
    return this.#hosts.size;
  }

  /** The smallest budget of those that pay. */
  get leastBudgetBytes(): number {
    return Math.min(...this.#payers.map(({ budgetBytes }) => budgetBytes));
  }

  add(host: RecordingHost): void {
    this.#hosts.set(host, 0);
  }

  remove(host: RecordingHost): void {
    this.#hosts.delete(host);
    host.hold(0);
  }

  /** @returns whether the shares change, as they do with the first mark of a host and with its last */
  countMark(host: RecordingHost, change: 1 | -1): boolean {
    const count = (this.#hosts.get(host) ?? 0) + change;
    this.#hosts.set(host, count);
    return count === 0 || (count === 1 && change > 0);
  }

  /** @returns a host that has no room for its share, if there is one */
  hold(bytes: number): RecordingHost | undefined {
    const hosts = [...this.#hosts];
    const marked = hosts.flatMap(([host, count]) => (count > 0 ? [host] : []));
    if (marked.length > 0) this.#payers = marked;
    const shareBytes = bytes / this.#payers.length;
    const full = hosts.filter(([host]) => {
      if (!this.#payers.includes(host)) return !host.hold(0);
      const firstBytes = marked.length > 0 ? Math.min(FIRST_SHARE * host.budgetBytes, FIRST_BYTES) : 0;
      return !host.hold(Math.max(shareBytes, firstBytes));
    });
    return full[0]?.[0];
  }
}
