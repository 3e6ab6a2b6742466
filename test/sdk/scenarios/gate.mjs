import { createRequire } from 'node:module';
import { integrationsOf, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * Applications that the gate of span mode has to cope with. Each case has options of its own and a course of its own,
 * which may return its observations.
 *
 * @type {Record<string, { options?: object, isBlind?: boolean, run: (kit: Kit, request: Request) => Promise<object | void> }>}
 */
const CASES = {
  /** Six requests at once. */
  concurrent: { run: (kit) => atOnce(kit, 6) },

  /** The same, where the native profiler is not to be found. */
  blind: { isBlind: true, run: (kit) => atOnce(kit, 6) },

  /** More than a small budget has room for. */
  crowd: { run: (kit) => atOnce(kit, 60) },

  /** One after the other. */
  serial: {
    async run(kit) {
      for (let i = 0; i < 6; i++) await transaction(kit, i);
    },
  },

  /** The user's own sampler decides, in all the ways it may. */
  sampler: {
    options: {
      profilesSampleRate: 1,
      profilesSampler: (/** @type {any} */ { name, attributes, parentSampled }) => {
        if (!parentSampled || attributes['sentry.origin'] === undefined)
          return 'not what the SDK says it passes';
        return [true, 1, false, 0, 'invalid', Number.NaN, 2][Number(name.split(' ')[1])];
      },
    },
    async run(kit) {
      for (let i = 0; i < 7; i++) await transaction(kit, i);
    },
  },

  throwing: {
    options: {
      profilesSampler() {
        throw new Error('the sampler failed');
      },
    },
    async run(kit) {
      const thrown = await transaction(kit, 0).then(
        () => undefined,
        (error) => error.message,
      );
      return { thrown };
    },
  },

  dropped: {
    options: { beforeSendTransaction: () => null },
    async run(kit) {
      await atOnce(kit, 6);
      // At a flush, a transaction that ended just now may still be on its way.
      await sleep(300);
    },
  },

  /** Spans that never end; the SDK ends their profiles. */
  unended: {
    options: { _experiments: { maxProfileDurationMs: 50 } },
    async run({ Sentry }) {
      for (let i = 0; i < 4; i++) {
        Sentry.withIsolationScope(() =>
          Sentry.startInactiveSpan({ name: `request ${i}`, forceTransaction: true }),
        );
      }
      work(100);
      await sleep(100);
    },
  },

  /** A transaction longer than the SDK's limit for its profile, with a flush meanwhile. */
  long: {
    options: { _experiments: { maxProfileDurationMs: 50 } },
    async run({ Sentry }) {
      await Sentry.withIsolationScope(() =>
        Sentry.startSpan({ name: 'request 0', forceTransaction: true }, async () => {
          work(80);
          await sleep(500);
          await Sentry.flush(1000);
        }),
      );
    },
  },

  /** A second client while a transaction of the first is under way, whose end the SDK then tells only to the second. */
  another: {
    options: { _experiments: { maxProfileDurationMs: 1500 } },
    async run(kit, request) {
      const { Sentry } = kit;
      const clients = [Sentry.getClient()];
      await transaction(kit, 0, async () => {
        init(kit, { ...request, dsn: request.otherDsn ?? '' }, {});
        clients.push(Sentry.getClient());
        await transaction(kit, 1);
      });
      // Outside, the scope still has the first.
      await transaction(kit, 2);
      await sleep(1500);
      for (const client of clients) await client.flush(10_000);
      return {
        each: clients.map((client) => client.getIntegrationByName('BoundedProfiling').getStats(client)),
      };
    },
  },

  /** Closed, with a profile that runs. */
  closed: {
    async run(kit) {
      const { Sentry } = kit;
      const client = Sentry.getClient();
      const options = client.getOptions();
      const hadSampler = Object.hasOwn(options, 'profilesSampler');
      await transaction(kit, 0, () => Sentry.close(5000));
      return {
        hadSampler,
        hasSampler: Object.hasOwn(options, 'profilesSampler'),
      };
    },
  },
};

/**
 * @param {Kit} kit
 * @param {Request} request
 */
export async function gate(kit, request) {
  const chosen = CASES[request.variant ?? ''];
  if (chosen === undefined) throw new Error(`no case ${request.variant}`);
  const replacedOf = watchAddon();
  const showAddon = chosen.isBlind ? hideAddon() : () => {};
  init(kit, request, chosen.options ?? {});
  showAddon();
  const result = await chosen.run(kit, request);
  const isFlushed = await kit.Sentry.flush(10_000);
  return {
    ...result,
    replaced: replacedOf(),
    isFlushed,
    stats: request.bounded === false ? undefined : kit.getProfilingStats(),
  };
}

/**
 * @param {Kit} kit
 * @param {Request} request
 * @param {object} options
 */
function init(kit, request, options) {
  kit.Sentry.init({
    dsn: request.dsn,
    release: 'app@1.0.0',
    tracesSampleRate: 1,
    profilesSampleRate: request.rate ?? 1,
    integrations: integrationsOf(kit, request),
    ...options,
  });
}

/**
 * @param {Kit} kit
 * @param {number} count
 */
async function atOnce(kit, count) {
  await Promise.all(Array.from({ length: count }, (_, i) => transaction(kit, i)));
}

/**
 * @param {Kit} kit
 * @param {number} i
 * @param {() => unknown} [meanwhile]
 */
async function transaction({ Sentry }, i, meanwhile = () => {}) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name: `request ${i}`, forceTransaction: true }, async () => {
      work(30);
      await sleep(5);
      work(10);
      await meanwhile();
    }),
  );
}

/** The module of the native profiler. */
function addonOf() {
  const { cache } = createRequire(import.meta.url);
  const path = Object.keys(cache).find((name) => name.endsWith('.node')) ?? '';
  return { path, cache, exports: cache[path]?.exports };
}

/** @returns names the changed members */
function watchAddon() {
  const { exports } = addonOf();
  const before = { ...exports };
  return () => Object.keys(before).filter((name) => exports[name] !== before[name]);
}

/** @returns makes it to be found again */
function hideAddon() {
  const { path, cache } = addonOf();
  const module = cache[path];
  delete cache[path];
  return () => {
    cache[path] = module;
  };
}
