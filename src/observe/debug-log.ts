import { debug } from '../sdk.ts';

/** Lines of a kind within a window of time: a relay that refuses all must not fill the log. */
const MAX_LINES = 10;
const WINDOW_MS = 10_000;

interface Window {
  startMs: number;
  lines: number;
}

/** Lines for the SDK's debug log, a few of each kind at a time. Those left out are counted in the next one. */
export class DebugLog {
  readonly #windows = new Map<string, Window>();

  log(kind: string, text: string): void {
    this.#write(kind, text, (line) => debug.log(line));
  }

  /** Warns of a fault that somebody has to mend. */
  warn(kind: string, text: string): void {
    this.#write(kind, text, (line) => debug.warn(line));
  }

  #write(kind: string, text: string, print: (line: string) => void): void {
    const nowMs = performance.now();
    const window = this.#windows.get(kind);
    if (window === undefined || nowMs - window.startMs >= WINDOW_MS) {
      const leftOut = Math.max(0, (window?.lines ?? 0) - MAX_LINES);
      this.#windows.set(kind, { startMs: nowMs, lines: 1 });
      const before = leftOut > 0 ? ` (and ${leftOut} more like this before)` : '';
      print(`[BoundedProfiling] ${text}${before}`);
    } else if (++window.lines <= MAX_LINES) print(`[BoundedProfiling] ${text}`);
  }
}
