import { on } from 'node:events';
import { getHeapStatistics } from 'node:v8';
import { compute } from './call-tree.mjs';
import { failLookups, shiftClock } from './host-faults.mjs';
import { initProfiling, sleep } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const TURNS = 6;
const TURN_MS = 10;

/**
 * A service that does what its parent tells it, one command after the other, until it is told to end.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function driven(kit, request) {
  const { transportOptions } = request;
  initProfiling(kit, request, transportOptions && { transportOptions });
  const commands = commandsOf(kit);
  for await (const [command] of on(process, 'message')) {
    if (command.do === 'end') break;
    const reply = await commands[/** @type {keyof typeof commands} */ (command.do)](command);
    process.send?.({ reply: { ...reply, stats: kit.getProfilingStats() } });
  }
  return {};
}

/** @param {Kit} kit */
function commandsOf({ Sentry }) {
  const sent = watchTransactions(Sentry.getClient());
  const transport = watchTransport(Sentry.getClient().getTransport());
  let isOpen = false;
  /** @type {string[]} */
  let names = [];
  /** @type {Promise<void>[]} */
  let running = [];

  const transact = (/** @type {string} */ name, /** @type {(turn: number) => boolean} */ goesOn) =>
    Sentry.withIsolationScope(() =>
      Sentry.startSpan({ name, forceTransaction: true }, async () => {
        for (let turn = 0; goesOn(turn); turn++) {
          compute();
          await sleep(TURN_MS);
        }
      }),
    );
  const isShort = (/** @type {number} */ turn) => turn < TURNS;

  return {
    /** Transactions one after the other. Carried out when all have been handed to the transport. */
    transact: async (/** @type {{ names: string[] }} */ command) => {
      const before = transport.envelopes;
      for (const name of command.names) await transact(name, isShort);
      await sent.all(command.names);
      return { envelopes: transport.envelopes - before };
    },
    /** Transactions side by side, that go on. Carried out when each has run for a while. */
    open: async (/** @type {{ names: string[] }} */ command) => {
      isOpen = true;
      names = command.names;
      let settling = names.length;
      await new Promise((resolve) => {
        running = names.map((name) =>
          transact(name, (turn) => {
            if (turn === TURNS && --settling === 0) resolve(undefined);
            return isOpen;
          }),
        );
      });
    },
    /** Transactions side by side, each followed by the next. */
    load: async (/** @type {{ name: string, atOnce: number }} */ { name, atOnce }) => {
      isOpen = true;
      names = [];
      running = Array.from({ length: atOnce }, async () => {
        while (isOpen) {
          const next = `${name} ${names.length}`;
          names.push(next);
          await transact(next, isShort);
        }
      });
    },
    /** Ends what runs. Carried out when all has been handed to the transport. */
    finish: async () => {
      isOpen = false;
      await Promise.all(running);
      await sent.all(names);
      return { names };
    },
    flush: async (/** @type {{ timeoutMs: number }} */ { timeoutMs }) => ({
      isFlushed: await Sentry.flush(timeoutMs),
    }),
    close: async (/** @type {{ timeoutMs: number }} */ { timeoutMs }) => ({
      isClosed: await Sentry.close(timeoutMs),
    }),
    clock: (/** @type {{ shiftMs: number }} */ { shiftMs }) => shiftClock(shiftMs),
    lookups: (/** @type {{ doFail: boolean }} */ { doFail }) => failLookups(doFail),
    measure: async () => {
      for (let i = 0; i < 3; i++) {
        global.gc?.();
        await sleep(50);
      }
      return {
        usedBytes: getHeapStatistics().used_heap_size,
        liveProfiles: transport.liveProfiles,
        resources: process.getActiveResourcesInfo(),
      };
    },
  };
}

/**
 * The names of the transactions that the client hands to its transport.
 *
 * @param {any} client
 */
function watchTransactions(client) {
  /** @type {Set<string>} */
  const seen = new Set();
  let look = () => {};
  client.on('beforeEnvelope', (/** @type {any} */ envelope) => {
    for (const [header, payload] of envelope[1])
      if (header.type === 'transaction') seen.add(payload.transaction);
    look();
  });
  return {
    /** @param {string[]} names */
    all: (names) =>
      new Promise((resolve) => {
        look = () => {
          if (!names.every((name) => seen.has(name))) return;
          for (const name of names) seen.delete(name);
          resolve(undefined);
        };
        look();
      }),
  };
}

/**
 * What passes the transport, but for client reports.
 *
 * @param {any} transport
 */
function watchTransport(transport) {
  let envelopes = 0;
  /** @type {WeakRef<object>[]} */
  const profiles = [];
  const { send } = transport;
  transport.send = (/** @type {any} */ envelope) => {
    const items = envelope[1].filter((/** @type {any} */ [{ type }]) => /^(transaction|profile)/.test(type));
    if (items.length > 0) envelopes++;
    for (const [{ type }, payload] of items) if (type !== 'transaction') profiles.push(new WeakRef(payload));
    return send.call(transport, envelope);
  };
  return {
    get envelopes() {
      return envelopes;
    },
    /** Profiles that somebody still holds. */
    get liveProfiles() {
      return profiles.filter((profile) => profile.deref() !== undefined).length;
    },
  };
}
