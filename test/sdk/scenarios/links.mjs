import { randomBytes } from 'node:crypto';
import { initProfiling, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/** So long that it is taken for a pause. */
const PAUSE_MS = 60;

/** More than half of the old generation that the test allows. */
const BALLAST_MIB = 110;
const MIB_NUMBERS = 1024 ** 2 / 8;

/**
 * Transactions in and out of the time in which something is recorded. Each case has a course of its own.
 *
 * @type {Record<string, (kit: Kit, request: Request) => Promise<void>>}
 */
const CASES = {
  /** Memory becomes critical, by the watermarks of the request. */
  async paused(kit) {
    /** @type {number[][]} */
    const ballast = [];
    await transact(kit, 'before');
    await transact(kit, 'across', async () => {
      while (ballast.length < BALLAST_MIB) ballast.push(new Array(MIB_NUMBERS).fill(0.5));
      global.gc?.();
      await until(kit, ({ sampling, running }) => sampling.state === 'paused' && running === 0);
    });
    await sleep(PAUSE_MS);
    await transact(kit, 'in the pause');
    // Until here it is in use.
    ballast.length = 0;
  },

  /** Unanswered requests take the budget, until the parent lets the relay answer. */
  async budget(kit, request) {
    await transact(kit, 'before');
    await kit.Sentry.flush(10_000);
    await progress('recorded');
    fillBudget(kit, request);
    await until(kit, ({ memory }) => memory.heldBytes >= memory.budgetBytes);
    await sleep(PAUSE_MS);
    await transact(kit, 'without room');
    await progress('refused');
    await until(kit, ({ pending }) => pending === 0);
    await sleep(PAUSE_MS);
    await transact(kit, 'after');
  },

  /** The user's own starts and stops. */
  async manual(kit) {
    const { profiler } = kit.Sentry;
    await transact(kit, 'before the start');
    await sleep(PAUSE_MS);
    profiler.startProfiler();
    await transact(kit, 'started');
    profiler.stopProfiler();
    await sleep(PAUSE_MS);
    await transact(kit, 'after the stop');
    await sleep(PAUSE_MS);
    await transact(kit, 'across the start', async () => {
      await sleep(PAUSE_MS);
      profiler.startProfiler();
    });
    profiler.stopProfiler();
  },

  /** A process that the session's rate has left out. */
  'left out': async (kit) => {
    await transact(kit, 'left out');
  },
};

/**
 * @param {Kit} kit
 * @param {Request} request
 */
export async function links(kit, request) {
  initProfiling(kit, request, request.options);
  await CASES[/** @type {keyof typeof CASES} */ (request.variant)]?.(kit, request);
  const isFlushed = await kit.Sentry.flush(10_000);
  return { isFlushed, stats: kit.getProfilingStats() };
}

/**
 * @param {Kit} kit
 * @param {string} name
 * @param {() => Promise<void>} [meanwhile]
 */
async function transact({ Sentry }, name, meanwhile = async () => {}) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name, forceTransaction: true }, async () => {
      Sentry.startSpan({ name: `${name}: first child` }, () => work(60));
      await meanwhile();
      Sentry.startSpan({ name: `${name}: last child` }, () => work(60));
    }),
  );
}

/**
 * @param {Kit} kit
 * @param {(stats: any) => boolean} isTrue
 */
async function until(kit, isTrue) {
  while (!isTrue(kit.getProfilingStats())) await sleep(10);
}

/**
 * Tells the parent, and goes on when that has answered.
 *
 * @param {string} what
 */
async function progress(what) {
  const answer = new Promise((resolve) => process.once('message', resolve));
  process.send?.({ progress: what });
  await answer;
}

/**
 * A chunk of somebody else's, of text that can't be compressed.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
function fillBudget({ Sentry }, { dsn }) {
  const id = () => randomBytes(16).toString('hex');
  const name = randomBytes(2 * 1024 * 1024).toString('base64');
  const nowSeconds = Date.now() / 1000;
  const samples = [0, 0.01].map((later) => ({ stack_id: 0, thread_id: '0', timestamp: nowSeconds + later }));
  const chunk = {
    chunk_id: id(),
    profiler_id: id(),
    platform: 'node',
    version: '2',
    release: 'app@1.0.0',
    client_sdk: { name: 'somebody.else', version: '1.0.0' },
    profile: {
      samples,
      stacks: [[0]],
      frames: [{ function: name }],
      thread_metadata: { 0: { name: 'main' } },
    },
  };
  const header = { event_id: id(), sent_at: new Date().toISOString(), dsn };
  void Sentry.getClient()
    .getTransport()
    .send([header, [[{ type: 'profile_chunk', platform: 'node' }, chunk]]]);
}
