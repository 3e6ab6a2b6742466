import { expect, test } from 'vitest';
import { expectAll, LINES, namesOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { CLEAN, runSetup } from './support/run-setup.ts';

test.each(LINES)(
  'SDK $line, AsyncLocalStorage: each request sees its own store, and nothing holds one when all is sent',
  async ({ project }) => {
    const [relay, stockRelay] = [await openRelay(), await openRelay()];
    const execArgv = ['--expose-gc'];
    const { report, ...end } = await runSetup(project, 'contexts', { dsn: relay.dsn }, { execArgv });
    const stock = await runSetup(project, 'contexts', { dsn: stockRelay.dsn, bounded: false }, { execArgv });
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
    expectAll(project, [relay], namesOf(12), report.stats);
    expect(report.seen).toEqual(namesOf(12).map((name) => [name, name, name]));
    expect(report.outside).toBeUndefined();
    expect(report.live).toBeLessThanOrEqual(stock.report.live);
  },
);
