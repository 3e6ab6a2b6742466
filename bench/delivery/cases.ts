/** Transactions with profiles on their way to a relay. */
export interface DeliveryCase {
  readonly name: string;
  /** How long the relay takes for an answer, in milliseconds. */
  readonly delayMs: number;
  readonly transactions: number;
  /** Pause between two transactions, in milliseconds; 0 for all at once. */
  readonly everyMs: number;
  /** Samples of the profile of each transaction; of all but the last, if there are two numbers. */
  readonly samples: readonly [number, number?];
  /** Length of the event loop's turns, in milliseconds, while there is something to send; 0 for an idle loop. */
  readonly turnMs: number;
  /** Timeout of the last `Sentry.close`, in milliseconds. */
  readonly closeMs: number;
}

const SMALL = 50;
/** About 3 MB as the SDK would send it. */
const LARGE = 1800;

export const CASES: readonly DeliveryCase[] = [
  {
    name: 'relay 150 ms away, 100 transactions a second',
    delayMs: 150,
    transactions: 1000,
    everyMs: 10,
    samples: [SMALL],
    turnMs: 0,
    closeMs: 2000,
  },
  {
    name: 'relay 1 s away, 20 transactions a second',
    delayMs: 1000,
    transactions: 200,
    everyMs: 50,
    samples: [SMALL],
    turnMs: 0,
    closeMs: 2000,
  },
  {
    name: 'ten profiles of 3 MB, then a small one, event loop busy in turns of 20 ms',
    delayMs: 0,
    transactions: 11,
    everyMs: 0,
    samples: [LARGE, SMALL],
    turnMs: 20,
    closeMs: 20_000,
  },
];
