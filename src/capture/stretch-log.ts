/** Pauses shorter than this are no pause: a tick lies on either side of them. */
const MIN_PAUSE_MS = 20;

/** Most stretches that are remembered. */
const MAX_STRETCHES = 1000;

/**
 * A moment by both clocks that spans are timed by: OpenTelemetry reads the wall clock at a span's start, the SDK's own spans have the
 * start of the process and the monotonic clock. They part when somebody sets the clock, or when the machine sleeps.
 */
interface Moment {
  readonly wallMs: number;
  readonly steadyMs: number;
}

/** Time in which a profiler has recorded. */
export interface Stretch {
  /** The id of the profiler, undefined if it is no longer known. */
  readonly profilerId: unknown;
  readonly from: Moment;
  until: Moment;
}

const START: Moment = { wallMs: Number.NEGATIVE_INFINITY, steadyMs: Number.NEGATIVE_INFINITY };
const OPEN: Moment = { wallMs: Number.POSITIVE_INFINITY, steadyMs: Number.POSITIVE_INFINITY };

/** Remembers when something was recorded, because spans come later. */
export class StretchLog {
  /** In order. The first one stands for all that are forgotten, so that a span of their time keeps the link that the SDK gave it. */
  readonly #stretches: Stretch[] = [{ profilerId: undefined, from: START, until: START }];

  start(profilerId: unknown): void {
    const from = readClocks();
    const last = this.#stretches.at(-1);
    const pauseMs = from.steadyMs - (last?.until.steadyMs ?? Number.NEGATIVE_INFINITY);
    if (last !== undefined && last.profilerId === profilerId && pauseMs < MIN_PAUSE_MS) last.until = OPEN;
    else this.#stretches.push({ profilerId, from, until: OPEN });
    if (this.#stretches.length > 1 + MAX_STRETCHES) this.#forgetOldest();
  }

  end(): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined) last.until = readClocks();
  }

  /** The stretches that lie in this time at least in part, in seconds since 1970. */
  during(fromSeconds?: number, untilSeconds?: number): Stretch[] {
    return this.#stretches.filter((stretch) => isWithin(stretch, fromSeconds, untilSeconds));
  }

  /** The last of them. It is looked for from the end, because every streamed span asks, soon after its time. */
  lastDuring(fromSeconds: number, untilSeconds: number): Stretch | undefined {
    return this.#stretches.findLast((stretch) => isWithin(stretch, fromSeconds, untilSeconds));
  }

  #forgetOldest(): void {
    const [forgotten, oldest] = this.#stretches.splice(0, 2);
    if (forgotten !== undefined && oldest !== undefined) {
      this.#stretches.unshift({ ...forgotten, until: oldest.until });
    }
  }
}

/** Whether a stretch has a part in this time by either clock. */
export function isWithin({ from, until }: Stretch, fromSeconds = 0, untilSeconds = 0): boolean {
  const fromMs = fromSeconds * 1000;
  const untilMs = untilSeconds * 1000;
  const isByWall = from.wallMs <= untilMs && until.wallMs >= fromMs;
  return isByWall || (from.steadyMs <= untilMs && until.steadyMs >= fromMs);
}

function readClocks(): Moment {
  return { wallMs: Date.now(), steadyMs: performance.timeOrigin + performance.now() };
}
