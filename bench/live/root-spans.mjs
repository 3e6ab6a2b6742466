/**
 * Watches the root spans of a client, whoever starts and ends them.
 *
 * @param {any} Sentry
 * @param {any} client
 * @param {(tookMs: number) => void} onEnd
 */
export function watchRootSpans(Sentry, client, onEnd) {
  /** @type {import('./messages.ts').Interval[]} */
  const busy = [];
  let openCount = 0;
  let busySinceMs = 0;

  client.on('spanStart', (/** @type {any} */ span) => {
    if (Sentry.getRootSpan(span) !== span) return;
    if (openCount++ === 0) busySinceMs = Date.now();
    const { end } = span;
    /** @param {unknown[]} args */
    span.end = (...args) => {
      delete span.end;
      const startMs = performance.now();
      end.apply(span, args);
      onEnd(performance.now() - startMs);
      if (--openCount === 0) busy.push([busySinceMs, Date.now()]);
    };
  });
  return busy;
}
