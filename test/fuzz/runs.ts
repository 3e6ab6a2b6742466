import type { Transport } from '@sentry/core';
import * as Sentry from '@sentry/node';
import type { BoundedProfilingOptions, Drop, ProfilingStats } from '../../src/index.ts';
import { type ClientOptions, openClient } from '../support/client.ts';
import type { SdkEnvelope } from '../support/envelopes.ts';
import { borrowRelay, type Seen, watch } from './shared-relay.ts';

/** How `send` ended: with the error that it threw or was rejected with, if any. */
export interface Answer {
  readonly error?: unknown;
}

/** The work of a client on some envelopes, and the relay's view of it. */
export interface Run {
  readonly seen: Seen;
  readonly answers: readonly Answer[];
  readonly isFlushed: boolean;
  /** Errors that nobody caught. */
  readonly uncaught: readonly unknown[];
  readonly stats: ProfilingStats | undefined;
  readonly drops: readonly Drop[];
}

export interface RunOptions {
  /** False for the stock SDK. */
  readonly bounded: BoundedProfilingOptions | false;
  /** Whether the user has a transport of his own. */
  readonly ownTransport?: boolean;
  /** Whether each envelope waits for the answer to the one before. */
  readonly oneByOne?: boolean;
}

/** Far more than a relay on this machine needs. */
const FLUSH_MS = 10_000;

/** The SDK's transport throws away envelopes above this number, and answers as if they had arrived. */
const BUFFER_SIZE = 10_000;

/** The same transport under another name is one that the user brought. */
const ownTransport: ClientOptions = {
  transport: (options) => Sentry.makeNodeTransport({ ...options, bufferSize: BUFFER_SIZE }),
};

/** Sends envelopes through a real client to a real relay. Runs are made one after the other. */
export async function runClient(envelopes: readonly SdkEnvelope[], options: RunOptions): Promise<Run> {
  const relay = await borrowRelay();
  const look = watch(relay);
  const uncaught: unknown[] = [];
  const drops: Drop[] = [];
  const onUncaught = (error: unknown): void => {
    uncaught.push(error);
  };
  process.on('unhandledRejection', onUncaught);
  process.on('uncaughtException', onUncaught);
  const { client, transport, stats } = openClient(
    relay.dsn,
    options.bounded && { ...options.bounded, onDrop: (drop) => drops.push(drop) },
    options.ownTransport ? ownTransport : {},
  );
  try {
    const answers: Promise<Answer>[] = [];
    for (const envelope of envelopes) {
      answers.push(send(transport, envelope));
      if (options.oneByOne) await answers.at(-1);
    }
    const isFlushed = await client.flush(FLUSH_MS);
    const settled = await inTime(Promise.all(answers));
    const run = { seen: look(), answers: settled, isFlushed, uncaught, drops };
    return { ...run, stats: options.bounded === false ? undefined : stats() };
  } finally {
    await client.close(FLUSH_MS);
    process.off('unhandledRejection', onUncaught);
    process.off('uncaughtException', onUncaught);
  }
}

async function send(transport: Transport, envelope: SdkEnvelope): Promise<Answer> {
  try {
    await transport.send(envelope as never);
    return {};
  } catch (error) {
    return { error };
  }
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Expected every promise of `send` to settle')), FLUSH_MS);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}
