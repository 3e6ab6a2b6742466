/** Reads again only when the last reading is as old as the interval. @param now a clock that never goes back, in ms */
export function atMostEvery<T>(intervalMs: number, read: () => T, now: () => number): () => T {
  let value: T;
  let readAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = now();
    if (nowMs - readAtMs >= intervalMs) {
      value = read();
      readAtMs = nowMs;
    }
    return value;
  };
}
