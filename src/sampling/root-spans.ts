/** A span that is open for longer does not count, because some are never ended, and a profile lasts 30 s at most. */
const MAX_AGE_SECONDS = 60;

/** Counts root spans that are open. */
export interface RootSpans {
  started(span: object): void;
  ended(span: object): void;
  /** Open spans that started within the last minute. */
  count(): number;
}

/**
 * Spans are counted by the second in which they started. The counts form a ring with a place for each second that matters. A span
 * that is never ended drops out when its place is reused, and nothing here keeps a span alive.
 *
 * @param now a clock that never goes back, in ms
 */
export function createRootSpans(now: () => number = () => performance.now()): RootSpans {
  const startSeconds = new WeakMap<object, number>();
  const counts = new Array<number>(MAX_AGE_SECONDS).fill(0);
  let open = 0;
  let lastSecond = currentSecond();

  function currentSecond(): number {
    return Math.floor(now() / 1000);
  }

  function advance(): number {
    const second = currentSecond();
    const passed = Math.min(second - lastSecond, MAX_AGE_SECONDS);
    for (let one = second - passed + 1; one <= second; one++) {
      open -= counts[one % MAX_AGE_SECONDS] ?? 0;
      counts[one % MAX_AGE_SECONDS] = 0;
    }
    lastSecond = second;
    return second;
  }

  function add(second: number, change: number): void {
    counts[second % MAX_AGE_SECONDS] = (counts[second % MAX_AGE_SECONDS] ?? 0) + change;
    open += change;
  }

  return {
    started(span) {
      if (startSeconds.has(span)) return;
      const second = advance();
      startSeconds.set(span, second);
      add(second, 1);
    },
    ended(span) {
      const startSecond = startSeconds.get(span);
      if (startSecond === undefined) return;
      startSeconds.delete(span);
      if (advance() - startSecond < MAX_AGE_SECONDS) add(startSecond, -1);
    },
    count() {
      advance();
      return open;
    },
  };
}
