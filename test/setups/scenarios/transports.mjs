import { request } from 'node:http';
import { createRequire } from 'node:module';
import { init, sleep, statsOf, transactAll } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

/**
 * Transports that users put in the place of the SDK's.
 *
 * @type {Record<string, (core: any, kit: Kit, asked: Request) => object>}
 */
const OPTIONS = {
  /** Sends without compression, as a user's own does. */
  own: ({ createTransport, suppressTracing }) => ({
    transport: (/** @type {any} */ options) =>
      createTransport(options, (/** @type {any} */ { body }) =>
        suppressTracing(() => post(options.url, body)),
      ),
  }),

  /** Keeps envelopes in a store while the server is away, as text or as they are. */
  'offline, strings': (core, kit) =>
    offline(core, kit, {
      write: (/** @type {any} */ envelope) => {
        const body = core.serializeEnvelope(envelope);
        return typeof body === 'string' ? body : new TextDecoder().decode(body);
      },
      read: (/** @type {string} */ text) => core.parseEnvelope(text),
    }),
  'offline, objects': (core, kit) =>
    offline(core, kit, {
      write: (/** @type {any} */ envelope) => envelope,
      read: (/** @type {any} */ envelope) => envelope,
    }),

  /** Sends the events that its matcher picks to another relay. */
  multiplexed: ({ makeMultiplexedTransport }, { Sentry }, { otherDsn }) => ({
    transport: makeMultiplexedTransport(Sentry.makeNodeTransport, (/** @type {any} */ { getEvent }) => {
      const event = getEvent(['event', 'transaction']);
      return /[13]$/.test(event?.transaction ?? '') ? [otherDsn] : [];
    }),
  }),
};

/**
 * @param {any} core
 * @param {Kit} kit
 * @param {{ write: (envelope: any) => unknown, read: (stored: any) => any }} form in which the store keeps envelopes
 */
function offline({ makeOfflineTransport }, { Sentry }, { write, read }) {
  return {
    transport: makeOfflineTransport(Sentry.makeNodeTransport),
    transportOptions: {
      createStore: () => ({
        push: async (/** @type {any} */ envelope) => void stored.push(write(envelope)),
        unshift: async (/** @type {any} */ envelope) => void stored.unshift(write(envelope)),
        shift: async () => {
          const next = stored.shift();
          return next === undefined ? undefined : read(next);
        },
      }),
    },
  };
}

/**
 * @param {string} url
 * @param {string | Uint8Array} body
 */
function post(url, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST' }, (response) => {
      response.resume();
      response.on('end', () => resolve({ statusCode: response.statusCode, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @type {unknown[]} */
const stored = [];

/**
 * Transactions over a transport of the user's own; with a store, some of them while the server is away.
 *
 * @param {Kit} kit
 * @param {Request} asked
 */
export async function run(kit, asked) {
  const core = createRequire(new URL(`../../${kit.project}/packages.mjs`, import.meta.url))('@sentry/core');
  const variant = asked.variant ?? '';
  await init(kit, asked, OPTIONS[variant]?.(core, kit, asked));
  await transactAll(kit, 4);
  let isFlushed = await kit.Sentry.flush(10_000);
  if (variant.startsWith('offline')) {
    process.send?.({ stored: stored.length });
    await new Promise((resolve) => process.once('message', resolve));
    // The store tries again by itself; each envelope that passes lets the next one go.
    await transactAll(kit, 1, 4);
    isFlushed = await kit.Sentry.flush();
    while (stored.length > 0) await sleep(20);
    await kit.Sentry.flush();
  }
  return { isFlushed, stats: await statsOf(kit) };
}
