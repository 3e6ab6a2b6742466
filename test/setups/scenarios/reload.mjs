import { createRequire } from 'node:module';
import { init, statsOf, transactAll } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

const ROUNDS = 4;

/** Which modules are evaluated anew, as a development server or a bundle that is replaced does it. */
const RELOADED = {
  'the integration': /sentry-bounded-profiling|dist[\\/]index\.cjs$/,
  'the integration and the SDK': /sentry-bounded-profiling|dist[\\/]index\.cjs$|@sentry[\\/].*\.js$/,
};

/**
 * A service whose modules are evaluated anew while it runs. Nobody closes the old ones.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run({ project }, request) {
  const require = createRequire(new URL(`../../${project}/packages.mjs`, import.meta.url));
  const load = () => ({
    Sentry: require('@sentry/node'),
    project,
    loadProfiling: async () => require('@sentry/profiling-node'),
    loadBounded: async () => require('sentry-bounded-profiling'),
  });
  const pattern = RELOADED[/** @type {keyof typeof RELOADED} */ (request.variant)];
  const copies = new Set();
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    for (const path of Object.keys(require.cache)) if (pattern.test(path)) delete require.cache[path];
    const kit = load();
    copies.add(await kit.loadBounded());
    await init(kit, request);
    await transactAll(kit, 1, i);
    const isFlushed = await kit.Sentry.flush(10_000);
    rounds.push({ isFlushed, stats: request.bounded === false ? undefined : await statsOf(kit) });
  }
  return { copies: copies.size, rounds };
}
