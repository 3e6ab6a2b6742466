import { on } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { compute } from './call-tree.mjs';
import { failLookups, shiftClock } from './host-faults.mjs';
import { initProfiling, sleep } from './kit.mjs';
import { watchTimers } from './live-timers.mjs';
import { watchTransactions, watchTransport } from './watch-sent.mjs';

/** @import { Kit, Request } from './run.mjs' */

const TURNS = 8;
const TURN_MS = 10;
/** So much that a profile is the larger part of its envelope. */
const WORK_PER_TURN = 8;

/** With SDK 11 a chunk ends when no span is open. */
const LOAD_PAUSE_MS = 40;

/**
 * A service that carries its parent's commands out, one after the other, until it is told to end.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function driven(kit, request) {
  const timers = watchTimers();
  /** @type {{ id: string, reason: string }[]} */
  const drops = [];
  const { bounded } = request;
  const onDrop = (/** @type {{ id: string, reason: string }} */ { id, reason }) => drops.push({ id, reason });
  initProfiling(kit, { ...request, bounded: bounded !== false && { ...bounded, onDrop } }, request.options);
  // Without its parent it would go on for ever.
  const exit = () => process.exit(1);
  process.on('disconnect', exit);
  const commands = commandsOf(kit, timers, drops);
  for await (const [command] of on(process, 'message')) {
    if (command.do === 'end') break;
    const reply = await commands[/** @type {keyof typeof commands} */ (command.do)](command);
    process.send?.({ reply: { ...reply, stats: kit.getProfilingStats() } });
  }
  process.off('disconnect', exit);
  return {};
}

/**
 * @param {Kit} kit
 * @param {Set<number>} timers
 * @param {{ id: string, reason: string }[]} drops
 */
function commandsOf({ Sentry }, timers, drops) {
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
          for (let i = 0; i < WORK_PER_TURN; i++) compute();
          await sleep(TURN_MS);
        }
      }),
    );
  const isShort = (/** @type {number} */ turn) => turn < TURNS;

  return {
    /**
     * Transactions one after the other, each with a chunk of its own where that is asked for. Carried out when all have been
     * handed to the transport.
     */
    transact: async (/** @type {{ names: string[], isFlushed?: boolean }} */ command) => {
      const before = transport.envelopes;
      for (const name of command.names) {
        await transact(name, isShort);
        if (command.isFlushed) await Sentry.flush(1);
      }
      await sent.all(command.names);
      const envelopes = transport.envelopes - before;
      return { envelopes, profiled: transport.takeProfiled(command.names) };
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
          await sleep(LOAD_PAUSE_MS);
        }
      });
    },
    /** Ends all that run. Carried out when all have been handed to the transport. */
    finish: async () => {
      isOpen = false;
      await Promise.all(running);
      await sent.all(names);
      return { names, profiled: transport.takeProfiled(names) };
    },
    flush: async (/** @type {{ timeoutMs: number }} */ { timeoutMs }) => ({
      isFlushed: await Sentry.flush(timeoutMs),
    }),
    close: async (/** @type {{ timeoutMs: number }} */ { timeoutMs }) => ({
      isClosed: await Sentry.close(timeoutMs),
    }),
    clock: (/** @type {{ byMs: number }} */ { byMs }) => shiftClock(byMs),
    lookups: (/** @type {{ doFail: boolean }} */ { doFail }) => failLookups(doFail),
    /** The figures of now, and the drops since the last call. */
    measure: async () => {
      for (let i = 0; i < 3; i++) {
        global.gc?.();
        await sleep(50);
      }
      // The last of these pauses is still counted as a timer in the turn in which it ends.
      await nextTurn();
      const { used_heap_size, external_memory } = getHeapStatistics();
      return {
        usedBytes: used_heap_size + external_memory,
        liveProfiles: transport.liveProfiles,
        drops: drops.splice(0),
        timers: timers.size,
        resources: process.getActiveResourcesInfo(),
      };
    },
  };
}
