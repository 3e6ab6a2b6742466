/** Work that is under way and can be ended before its time. */
export interface Work {
  /** Tries failed uploads now. Resolves to true when nothing is under way any more, and to false after the timeout. */
  settle(timeoutMs: number | undefined): Promise<boolean>;
  /** Hands on each transaction that it has not begun to send. */
  giveUp(): void;
  /** Breaks off its uploads. */
  cutOff(): void;
}

/** Shares of the given time. After the first, waiting transactions are handed on; after the second, uploads are broken off. */
const WAITING_SHARE = 0.6;
const SENDING_SHARE = 0.95;

/** Gives work its last chance, and lets go of the rest. @returns whether all was done */
export async function settleOrLetGo(work: Work, timeoutMs: number | undefined): Promise<boolean> {
  const startMs = performance.now();
  // To a transport, 0 means no limit.
  const until = (share: number): number | undefined =>
    timeoutMs && Math.max(1, startMs + share * timeoutMs - performance.now());
  if (await work.settle(until(WAITING_SHARE))) return true;
  work.giveUp();
  if (!(await work.settle(until(SENDING_SHARE)))) {
    work.cutOff();
    await work.settle(until(1) ?? 1);
  }
  return false;
}

/** Work that does not keep the process alive. */
export interface BackgroundWork extends Work {
  readonly isIdle: boolean;
  /** Ends all work that is left. */
  close(): void;
}

/** Work that is settled before the process ends, with its time. All share one listener, because Node warns of more than ten. */
const background = new Map<BackgroundWork, number>();
const settling = new Set<BackgroundWork>();

/**
 * Gives work a last chance when nothing else keeps the process alive (`beforeExit`), and lets the process go after that. A
 * process that ends by `process.exit` or a signal is not waited for: nothing could be sent.
 *
 * @returns stops listening
 */
export function settleBeforeExit(work: BackgroundWork, timeoutMs: number): () => void {
  if (background.size === 0) stopListening = listenUncounted();
  background.set(work, timeoutMs);
  return () => {
    if (background.delete(work) && background.size === 0) stopListening();
  };
}

let stopListening = (): void => {};

/**
 * The SDK listens twice for each client: after five that were not closed, one more listener would have Node warn of a leak that the
 * application would not have heard of otherwise.
 */
function listenUncounted(): () => void {
  const raise = (by: 1 | -1): void => {
    const limit = process.getMaxListeners();
    // 0 means no limit.
    if (limit > 0) process.setMaxListeners(Math.max(1, limit + by));
  };
  raise(1);
  process.on('beforeExit', settleAll);
  return () => {
    process.off('beforeExit', settleAll);
    raise(-1);
  };
}

async function settleAll(): Promise<void> {
  await Promise.all(Array.from(background, ([work, timeoutMs]) => settle(work, timeoutMs)));
}

async function settle(work: BackgroundWork, timeoutMs: number): Promise<void> {
  if (settling.has(work) || work.isIdle) return;
  settling.add(work);
  // A transport of the user's own may still hold some: without an end they would be waited for again and again.
  if (!(await settleOrLetGo(work, timeoutMs))) work.close();
  settling.delete(work);
}
