import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import * as Sentry from '@sentry/node';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readContainer } from '../../src/container/own-container.ts';
import { resolveOptions } from '../../src/resolve-options.ts';
import { createSignalSources } from '../../src/sampling/signal-sources.ts';
import { layOutSystem } from './system-tree.ts';

/** Lets the process see the files of another system, and hears of each that is read, as a tool does that traces the file system. */
function enterSystem(name: string, onRead: () => void): void {
  const root = layOutSystem(name);
  const { readFileSync } = fs;
  const put = (to: typeof readFileSync): void => {
    fs.readFileSync = to;
    syncBuiltinESMExports();
  };
  onTestFinished(() => put(readFileSync));
  put(((path: string, ...options: [BufferEncoding]) => {
    onRead();
    return readFileSync(/^\/(proc|sys)\//.test(path) ? join(root, path) : path, ...options);
  }) as typeof readFileSync);
}

/** After this time the container is looked for again. */
const LONG_MS = 30_000;

/** It goes on from test to test, because the process keeps its last reading. */
let nowMs = 1e9;

/** Computes from the files: charged bytes, less inactive pages, by the limit. */
const RATIO = (21446656 - 20000768) / 268435456;

/** Two limits, the charged memory, and its inactive part. */
const FILES_A_READING = 4;

function setClock(): (afterMs: number) => void {
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  onTestFinished(() => clock.mockRestore());
  return (afterMs) => {
    nowMs += afterMs;
  };
}

test('however many clients ask, the files are read once a second, and for a decision never', () => {
  const pass = setClock();
  let reads = 0;
  enterSystem('v2-docker', () => reads++);
  const { sampling } = resolveOptions();
  const client = { expectedBytes: 1, availableBytes: 1, openRootSpans: 1 };
  const clients = [1, 2, 3].map(() => createSignalSources(sampling || ({} as never), client));
  onTestFinished(() => {
    for (const { close } of clients) close();
  });
  const readsOf = (work: (one: (typeof clients)[number]) => void): number => {
    const before = reads;
    for (const one of clients) work(one);
    return reads - before;
  };
  pass(LONG_MS);
  expect(readsOf(({ refresh }) => refresh())).toBeGreaterThan(0);
  expect(clients.map(({ read }) => read().containerRatio)).toEqual([RATIO, RATIO, RATIO]);
  pass(1000);
  expect(readsOf(({ read }) => read())).toBe(0);
  expect(readsOf(({ refresh }) => refresh())).toBe(FILES_A_READING);
  pass(500);
  expect(readsOf(({ refresh }) => refresh())).toBe(0);
});

test('these reads are no part of a trace', async () => {
  const pass = setClock();
  Sentry.init({
    dsn: 'http://key@127.0.0.1:9/1',
    tracesSampleRate: 1,
    integrations: [],
    defaultIntegrations: false,
    enableRuntimeChannelInjection: false,
  });
  onTestFinished(async () => void (await Sentry.close(1)));
  const recorded: boolean[] = [];
  enterSystem('v2-docker', () => {
    recorded.push(Sentry.startInactiveSpan({ name: 'fs.readFileSync' }).isRecording());
  });
  Sentry.startSpan({ name: 'request' }, () => {
    fs.readFileSync('package.json', 'utf8');
    pass(LONG_MS);
    readContainer();
  });
  const [own, ...others] = recorded;
  expect(own).toBe(true);
  expect(others.length).toBeGreaterThan(0);
  expect(new Set(others)).toEqual(new Set([false]));
});
