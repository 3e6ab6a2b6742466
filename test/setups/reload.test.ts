import { expect, test } from 'vitest';
import { LINES, namesOf, profiledOf, transactionsOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { runSetup, withoutNumbers } from './support/run-setup.ts';

const CASES = LINES.flatMap((one) =>
  ['the integration', 'the integration and the SDK'].map((what) => ({ ...one, what })),
);

test.each(CASES)(
  'SDK $line, hot reload of $what: each copy sends what it has recorded, once',
  async ({ project, what }) => {
    const [relay, stockRelay] = [await openRelay(), await openRelay()];
    const ended = await runSetup(project, 'reload', { variant: what, dsn: relay.dsn });
    const stock = await runSetup(project, 'reload', { variant: what, dsn: stockRelay.dsn, bounded: false });
    // Of clients that nobody closes, the SDK itself leaves so many listeners that Node may warn.
    expect(withoutNumbers(ended)).toBe(withoutNumbers(stock));
    expect(ended.exitCode).toBe(0);
    const { report } = ended;
    expect(report.copies).toBe(4);
    expect(relay.invalid).toEqual([]);
    expect(transactionsOf(relay)).toEqual(namesOf(4));
    if (project === 'sdk/10') expect(profiledOf(relay)).toEqual(namesOf(4));
    else expect(relay.counts.profile_chunk).toBe(4);
    for (const { isFlushed, stats } of report.rounds) {
      expect(isFlushed).toBe(true);
      expect(stats).toMatchObject({ captured: 1, delivered: 1, pending: 0, memory: { heldBytes: 0 } });
    }
  },
);
