import { expect, test } from 'vitest';
import { payloadsOf } from '../support/proxied.ts';
import { expectAll, LINES, namesOf, profiledOf, transactionsOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { CLEAN, type Report, runSetup, startSetup } from './support/run-setup.ts';

test.each(LINES)(
  'SDK $line, SIGTERM: what was begun is finished, and everything arrives',
  async ({ project }) => {
    const relay = await openRelay();
    const { child, next, ended } = startSetup(project, 'ends', { variant: 'SIGTERM', dsn: relay.dsn });
    await next('isReady');
    child.kill('SIGTERM');
    const { report, ...end } = await ended;
    expect({ ...end, isClosed: report?.isClosed }).toEqual({ ...CLEAN, isClosed: true });
    expectAll(project, [relay], namesOf(4), report.stats);
  },
);

test.each(LINES)(
  'SDK $line, process.exit: it ends at once with its code, and nothing comes twice',
  async ({ project }) => {
    const relay = await openRelay();
    const request = { variant: 'process.exit', dsn: relay.dsn, isFlushed: true };
    const { report: _, ...end } = await runSetup(project, 'ends', request);
    expect(end).toEqual({ ...CLEAN, exitCode: 7 });
    expect(relay.invalid).toEqual([]);
    expect(transactionsOf(relay)).toEqual(namesOf(3));
    if (project === 'sdk/10') expect(profiledOf(relay)).toEqual(namesOf(3));
    else expect(relay.counts.profile_chunk).toBeGreaterThan(0);
  },
);

test.each(LINES)(
  'SDK $line, an uncaught exception: it arrives, and all that was sent before it',
  async ({ project }) => {
    const relay = await openRelay();
    const request = { variant: 'an uncaught exception', dsn: relay.dsn };
    const { report: _, output, ...end } = await runSetup(project, 'ends', request);
    expect(end).toEqual({ exitCode: 1, signal: null });
    expect(output).toContain('nobody catches it');
    expect(relay.invalid).toEqual([]);
    const values = payloadsOf<Report>(relay, 'event').map(({ exception }) => exception.values[0].value);
    expect(values).toEqual(['nobody catches it']);
    expect(transactionsOf(relay)).toEqual(expect.arrayContaining(namesOf(3)));
    if (project === 'sdk/10') expect(profiledOf(relay)).toEqual(expect.arrayContaining(namesOf(3)));
    else expect(relay.counts.profile_chunk).toBeGreaterThan(0);
    expect(new Set(transactionsOf(relay)).size).toBe(transactionsOf(relay).length);
  },
);
