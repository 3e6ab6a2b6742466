import { initProfiling, sleep } from './kit.mjs';
import { createWork } from './named-work.mjs';
import { recordBeside } from './recording-beside.mjs';

/** @import { Kit, Request } from './run.mjs' */

const NAMES = ['quote', 'search', 'report', 'checkout'];
const STAGGER_MS = 70;
const TURNS = 10;
const WORK_MS = 35;
const PAUSE_MS = 15;
const LATER = 'afterwards';
const OUTSIDE = 'outside';

/**
 * Transactions that overlap, and one after a while, each with work in a function of its name, while V8 records all of it
 * beside. Between them is work that belongs to no transaction.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function witnessed(kit, request) {
  const stopRecording = recordBeside();
  initProfiling(kit, request);
  await Promise.all(NAMES.map((name, i) => transact(kit, name, i * STAGGER_MS)));
  await sleep(PAUSE_MS);
  createWork(OUTSIDE)(WORK_MS);
  await transact(kit, LATER, PAUSE_MS);
  const isFlushed = await kit.Sentry.flush(10_000);
  const recording = stopRecording();
  const stats = kit.getProfilingStats();
  return { isFlushed, names: [...NAMES, LATER], outside: OUTSIDE, recording, stats };
}

/**
 * @param {Kit} kit
 * @param {string} name
 * @param {number} delayMs
 */
async function transact({ Sentry }, name, delayMs) {
  const work = createWork(name);
  await sleep(delayMs);
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name, forceTransaction: true }, async () => {
      for (let turn = 0; turn < TURNS; turn++) {
        work(WORK_MS);
        await sleep(PAUSE_MS);
      }
    }),
  );
}
