import { expect, test } from 'vitest';
import { LINES, namesOf, profiledOf, transactionsOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { type Report, runSetup, withoutNumbers } from './support/run-setup.ts';

const CASES = LINES.flatMap((one) => [
  { ...one, how: 'with close', isClosed: true },
  { ...one, how: 'without close', isClosed: false },
]);

test.each(CASES)(
  'SDK $line, Sentry.init five times, $how: each transaction arrives once, and nothing grows beyond what the SDK keeps',
  async ({ project, isClosed }) => {
    const [relay, stockRelay] = [await openRelay(), await openRelay()];
    const execArgv = ['--expose-gc'];
    const run = (dsn: string, bounded?: false) =>
      runSetup(project, 'again', { dsn, isClosed, ...(bounded === false && { bounded }) }, { execArgv });
    const ended = await run(relay.dsn);
    const stockEnded = await run(stockRelay.dsn, false);
    // Of clients that nobody closes, the SDK itself leaves so many listeners that Node may warn.
    expect(withoutNumbers(ended)).toBe(isClosed ? '' : withoutNumbers(stockEnded));
    expect(ended.exitCode).toBe(0);
    const [{ report }, { report: stock }] = [ended, stockEnded];
    expect(relay.invalid).toEqual([]);
    expect(transactionsOf(relay)).toEqual(namesOf(5));
    if (project === 'sdk/10') expect(profiledOf(relay)).toEqual(namesOf(5));
    else expect(relay.counts.profile_chunk).toBe(5);
    for (const [i, { listeners, stats }] of (report.rounds as Report[]).entries()) {
      const { beforeExit: ours = 0, ...others } = listeners;
      const { beforeExit: stocks = 0, ...stocksOthers } = stock.rounds[i].listeners;
      expect(others).toEqual(stocksOthers);
      expect(ours - stocks).toBe(isClosed ? 0 : 1);
      expect(stats).toMatchObject({ captured: 1, delivered: 1, memory: { heldBytes: 0 } });
    }
    // The last one is asked for its statistics.
    if (isClosed) expect(report.live).toBeLessThanOrEqual(stock.live + 1);
    expect(report.isNative).toBe(isClosed);
  },
);
