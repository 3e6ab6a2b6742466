import { integrationsOf, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * The envelopes for a transport of the user's own: the type and the text of each item.
 *
 * @type {[string, string][][]}
 */
const sent = [];

function ownTransport() {
  return {
    send: async (/** @type {any} */ [, items]) => {
      sent.push(
        items.map((/** @type {any} */ [{ type }, payload]) => [
          type,
          typeof payload === 'string' ? payload : JSON.stringify(payload),
        ]),
      );
      return { statusCode: 200 };
    },
    flush: async () => true,
  };
}

/**
 * Applications with a profile for each transaction, some of which look at their profiles. Each case has options of its own and
 * a course of its own, which may return its observations.
 *
 * @type {Record<string, { options?: object, run: (kit: Kit, request: Request) => Promise<object | void> }>}
 */
const CASES = {
  /** Ten root spans at once, with one isolation scope for all. */
  'one scope': {
    async run({ Sentry }) {
      await Promise.all(
        Array.from({ length: 10 }, async (_, i) => {
          await sleep(10 * i);
          await Sentry.startSpan({ name: `request ${i}`, forceTransaction: true }, () => busy(200));
        }),
      );
    },
  },

  /** A hundred transactions that end within 100 ms. */
  hundred: {
    // The SDK itself processes 64 events at a time, and drops others that come meanwhile.
    options: { transportOptions: { bufferSize: 1000 } },
    run: (kit) => all(100, (i) => transaction(kit, i, () => busy(400 + (i % 10) * 8))),
  },

  /** Listeners that look at events and envelopes, as an application may have. */
  listeners: {
    async run(kit) {
      const client = kit.Sentry.getClient();
      /** @type {string[]} */
      const seen = [];
      client.on('preprocessEvent', (/** @type {any} */ event) => {
        if (event.profile) seen.push(JSON.stringify(event));
      });
      client.on('beforeEnvelope', (/** @type {any} */ [, items]) => {
        for (const [{ type }, payload] of items) if (type === 'profile') seen.push(JSON.stringify(payload));
      });
      await transaction(kit, 0, () => busy(150));
      await kit.Sentry.flush(10_000);
      return { seen };
    },
  },

  /** A listener that takes out the last sample, and copies all of it. */
  copying: {
    async run(kit) {
      /** @type {number[]} */
      const seen = [];
      kit.Sentry.getClient().on('beforeEnvelope', (/** @type {any} */ [, items]) => {
        for (const [{ type }, payload] of items) {
          if (type !== 'profile') continue;
          const { samples } = payload.profile;
          seen.push(Number(samples[samples.length - 1].elapsed_since_start_ns));
          structuredClone(payload);
        }
      });
      await all(5, (i) => transaction(kit, i, () => busy(150)));
      await kit.Sentry.flush(10_000);
      return { seen };
    },
  },

  /** A listener that puts a copy in the place of each profile. */
  replacing: {
    async run(kit) {
      kit.Sentry.getClient().on('beforeEnvelope', (/** @type {any} */ [, items]) => {
        for (const item of items) if (item[0].type === 'profile') item[1] = structuredClone(item[1]);
      });
      await all(3, (i) => transaction(kit, i, () => busy(150)));
    },
  },

  /** An integration that starts a span of its own within each root span that starts. */
  'inner spans': {
    async run(kit) {
      await all(5, (i) => transaction(kit, i, () => busy(150)));
    },
  },

  /** A transport of the user's own, that gets the encoded profiles of the integration. */
  'own transport': {
    options: { transport: ownTransport },
    async run(kit) {
      await transaction(kit, 0, () => busy(150));
      await kit.Sentry.flush(10_000);
      return { sent };
    },
  },

  /** A transaction that the application does not want, and a flush after it. */
  ignored: {
    options: { ignoreTransactions: ['request 0'] },
    async run(kit) {
      await transaction(kit, 0, () => busy(150));
      // Shorter than the integration waits for a transaction that may still come.
      await kit.Sentry.flush(100);
      return { abandoned: kit.getProfilingStats().abandoned };
    },
  },

  /** A transaction too short for a tick, and one that is not. */
  short: {
    async run(kit) {
      await kit.Sentry.withIsolationScope(() =>
        kit.Sentry.startSpan({ name: 'request 0', forceTransaction: true }, () => {}),
      );
      await transaction(kit, 1, () => busy(150));
    },
  },

  /** The same where a listener looks into the envelopes. */
  'short looked at': {
    async run(kit) {
      kit.Sentry.getClient().on('beforeEnvelope', (/** @type {unknown} */ envelope) =>
        JSON.stringify(envelope),
      );
      await kit.Sentry.withIsolationScope(() =>
        kit.Sentry.startSpan({ name: 'request 0', forceTransaction: true }, () => {}),
      );
      await transaction(kit, 1, () => busy(150));
    },
  },

  /** The event loop stands still when the profile is to end. */
  blocked: {
    options: { _experiments: { maxProfileDurationMs: 100 } },
    async run(kit) {
      await transaction(kit, 0, async () => {
        await sleep(50);
        work(600);
      });
    },
  },
};

/**
 * @param {Kit} kit
 * @param {Request} request
 */
export async function profiles(kit, request) {
  const chosen = CASES[request.variant ?? ''];
  if (chosen === undefined) throw new Error(`no case ${request.variant}`);
  kit.Sentry.init({
    dsn: request.dsn,
    release: 'app@1.0.0',
    tracesSampleRate: 1,
    profilesSampleRate: 1,
    integrations: [
      ...(request.variant === 'inner spans' ? [innerSpans(kit)] : []),
      ...integrationsOf(kit, request),
    ],
    ...chosen.options,
  });
  const result = await chosen.run(kit, request);
  const isFlushed = await kit.Sentry.flush(10_000);
  return { ...result, isFlushed, stats: kit.getProfilingStats() };
}

/** @param {Kit} kit */
function innerSpans({ Sentry }) {
  return {
    name: 'InnerSpans',
    afterAllSetup(/** @type {any} */ client) {
      client.on('spanStart', (/** @type {any} */ span) => {
        if (Sentry.getRootSpan(span) !== span) return;
        Sentry.withActiveSpan(span, () => Sentry.startInactiveSpan({ name: 'inner' }).end());
      });
    },
  };
}

/**
 * @param {number} count
 * @param {(i: number) => Promise<unknown>} run
 */
async function all(count, run) {
  await Promise.all(Array.from({ length: count }, (_, i) => run(i)));
}

/**
 * @param {Kit} kit
 * @param {number} i
 * @param {() => Promise<unknown>} run
 */
async function transaction({ Sentry }, i, run) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name: `request ${i}`, forceTransaction: true }, run),
  );
}

/** @param {number} durationMs */
async function busy(durationMs) {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs) {
    work(2);
    await sleep(5);
  }
}
