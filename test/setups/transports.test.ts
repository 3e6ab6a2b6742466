import { expect, test } from 'vitest';
import { startRelay } from '../support/relay/index.ts';
import { expectAll, LINES, namesOf, transactionsOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { CLEAN, runSetup, startSetup } from './support/run-setup.ts';

const OWN = { nativeSeam: true, streamingUpload: false };

test.each(LINES)('SDK $line: a transport of the user’s own', async ({ project }) => {
  const relay = await openRelay();
  const { report, ...end } = await runSetup(project, 'transports', { variant: 'own', dsn: relay.dsn });
  expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
  expectAll(project, [relay], namesOf(4), report.stats);
  expect(report.stats.capabilities).toMatchObject(OWN);
});

test.each(LINES.flatMap((one) => ['strings', 'objects'].map((form) => ({ ...one, form }))))(
  'SDK $line: an offline store of $form keeps transactions and profiles while the server is away, and sends each once',
  async ({ project, form }) => {
    const before = await startRelay();
    await before.close();
    const { child, next, ended } = startSetup(project, 'transports', {
      variant: `offline, ${form}`,
      dsn: before.dsn,
    });
    expect(await next('stored')).toBeGreaterThanOrEqual(4);
    const relay = await openRelay({ port: before.port });
    child.send('the server is back');
    const { report, ...end } = await ended;
    expect(end).toEqual(CLEAN);
    expectAll(project, [relay], namesOf(5), report.stats);
    expect(report.stats.capabilities).toMatchObject(OWN);
  },
);

test.each(LINES)(
  'SDK $line: a multiplexed transport brings each transaction to its relay, with its profile',
  async ({ project }) => {
    const [relay, other] = [await openRelay(), await openRelay()];
    const request = { variant: 'multiplexed', dsn: relay.dsn, otherDsn: other.dsn };
    const { report, ...end } = await runSetup(project, 'transports', request);
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
    expectAll(project, [relay, other], namesOf(4), report.stats);
    expect(transactionsOf(relay)).toEqual(['request 0', 'request 2']);
    if (project === 'sdk/10') expect([relay, other].map(({ counts }) => counts.profile)).toEqual([2, 2]);
  },
);
