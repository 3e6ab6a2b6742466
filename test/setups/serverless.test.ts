import { describe, expect, test } from 'vitest';
import { startRelay } from '../support/relay/index.ts';
import { expectAll, LINES, namesOf } from './support/arrivals.ts';
import { Gateway } from './support/gateway.ts';
import { play, ROUNDS, type Round, type Site } from './support/rounds.ts';
import { CLEAN, type Project, startSetup } from './support/run-setup.ts';

/** A hundred take five minutes: `FREEZES=100 npm run test:setups`. */
const FREEZES = Number(process.env.FREEZES ?? 20);

/** The first of them over a connection that is new: a request that is reset there is not tried again at once. */
const LOST_FIRST: readonly Round[] = [
  { during: 'flushing', isTaken: false, cut: 'reset', durationMs: 8000 },
  { during: 'flushing', isTaken: true, durationMs: 8000 },
  { during: 'flushing', isTaken: true, cut: 'close', durationMs: 8000 },
];
const MINUTE_MS = 60_000;
const TIMEOUT_MS = 60_000 + FREEZES * 15_000;

/** Runs a function that is frozen in each round, and expects all its events to have arrived. */
async function expectNothingLost(
  project: Project,
  rounds: readonly Round[],
  bounded: object = {},
): Promise<void> {
  const relay = await startRelay();
  const gateway = new Gateway(relay.port);
  await gateway.listen();
  const setup = startSetup(project, 'function', {
    dsn: relay.dsn.replace(`:${relay.port}`, `:${gateway.port}`),
    bounded: { sampling: false, ...bounded },
  });
  const site: Site = { project, relay, gateway, setup };
  try {
    await setup.next('waiting');
    const names = namesOf(rounds.length);
    for (const [i, round] of rounds.entries()) await play(site, names[i] ?? '', round);
    setup.child.send({});
    const { report, ...end } = await setup.ended;
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
    expectAll(project, [relay], names, report.stats);
  } finally {
    setup.child.kill('SIGKILL');
    gateway.close();
    await relay.close();
  }
}

describe.concurrent.each(LINES)('SDK $line, a function that is frozen and thawed', ({ project }) => {
  test(`${FREEZES} times: every transaction arrives once, with its profile`, { timeout: TIMEOUT_MS }, () =>
    expectNothingLost(
      project,
      Array.from({ length: FREEZES }, (_, i) => ROUNDS[i % ROUNDS.length] as Round),
    ),
  );

  test(
    'for longer than an upload may take and be tried: every transaction arrives once, with its profile',
    {
      timeout: TIMEOUT_MS,
    },
    () => expectNothingLost(project, LOST_FIRST, { uploadTimeoutMs: 4000, maxRetryAgeMs: 4000 }),
  );

  // Longer than an upload may take, than a transaction's profile may be, and than a chunk.
  test('for a minute: every transaction arrives once, with its profile', { timeout: 5 * MINUTE_MS }, () =>
    expectNothingLost(project, [
      { during: 'open', cut: 'reset', durationMs: 1.2 * MINUTE_MS },
      { during: 'flushing', isTaken: false, cut: 'reset', durationMs: MINUTE_MS },
      { during: 'idle', durationMs: 0 },
    ]),
  );
});
