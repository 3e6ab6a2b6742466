import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { ChunkGate, type ChunkProfiler, isChunkProfiler } from '../../src/capture/chunk-gate.ts';
import { createContinuous, type Lifecycle } from '../support/continuous.ts';
import { sleep, work } from '../support/native-profiler.ts';

const LIFECYCLES: Lifecycle[] = ['manual', 'trace'];
const CHUNK_MS = 120;

/** The real profiler behind a gate, whose admission the test decides about. */
function setup(lifecycle: Lifecycle, { maxChunkMs = CHUNK_MS, rate = 1 } = {}) {
  const continuous = createContinuous(lifecycle);
  const continuing: boolean[] = [];
  const admission = {
    rate,
    leftMs: maxChunkMs,
    isAdmitting: true,
    continuing,
    ended: 0,
    skipped: 0,
    admit(isContinuing: boolean) {
      if (admission.isAdmitting) continuing.push(isContinuing);
      return admission.isAdmitting;
    },
    skipForRate: () => {
      admission.skipped++;
    },
  };
  const gate = new ChunkGate(continuous.profiler, {
    ...admission,
    get rate() {
      return admission.rate;
    },
    admit: (isContinuing) => admission.admit(isContinuing),
    ended: () => {
      admission.ended++;
    },
  });
  onTestFinished(() => {
    gate.close();
    continuous.profiler._stopChunkProfiling();
  });
  const isRunning = (): boolean => continuous.profiler._chunkData !== undefined;
  return { ...continuous, gate, admission, isRunning };
}

/** Keeps the process busy, as a service under load, until `isDone` says so. */
async function workUntil(isDone: () => boolean): Promise<void> {
  for (let round = 0; round < 1000 && !isDone(); round++) {
    work(5);
    await sleep(1);
  }
  expect(isDone()).toBe(true);
}

test.each(LIFECYCLES)(
  '%s: chunks are rotated, under one profiler, and the last ends with it',
  async (lifecycle) => {
    const { begin, end, chunks, isRunning } = setup(lifecycle);
    expect(isRunning()).toBe(false);
    begin();
    expect(isRunning()).toBe(true);
    await workUntil(() => chunks.length === 3);
    work(80);
    end();
    expect(isRunning()).toBe(false);
    expect(chunks.length).toBe(4);
    expect(new Set(chunks.map(({ profiler_id }) => profiler_id)).size).toBe(1);
    expect(new Set(chunks.map(({ chunk_id }) => chunk_id)).size).toBe(4);
    await sleep(3 * CHUNK_MS);
    expect(isRunning()).toBe(false);
    expect(chunks.length).toBe(4);
  },
);

test.each(LIFECYCLES)(
  '%s: a chunk in the place of one that has just ended continues it, and each end is told',
  async (lifecycle) => {
    const { begin, end, chunks, admission } = setup(lifecycle);
    begin();
    await workUntil(() => chunks.length === 3);
    end();
    begin();
    expect(admission.continuing).toEqual([false, true, true, true, false]);
    expect(admission.ended).toBe(4);
  },
);

test.each(LIFECYCLES)('%s: a chunk can be ended before its time, with the next in its place', (lifecycle) => {
  const { begin, gate, chunks, admission, isRunning } = setup(lifecycle, { maxChunkMs: 10_000 });
  gate.rotate();
  expect(isRunning()).toBe(false);
  begin();
  work(80);
  gate.rotate();
  expect(isRunning()).toBe(true);
  expect(chunks.length).toBe(1);
  expect(admission.continuing).toEqual([false, true]);
});

test.each(LIFECYCLES)('%s: a rate of a half gives half the chunks', async (lifecycle) => {
  const { begin, end, chunks, admission } = setup(lifecycle, { rate: 0.5 });
  begin();
  await workUntil(() => chunks.length >= 4);
  end();
  expect(Math.abs(admission.continuing.length - admission.skipped)).toBeLessThanOrEqual(1);
});

test.each(LIFECYCLES)(
  '%s: a rate that falls to 0 ends the chunk, and it resumes by itself',
  async (lifecycle) => {
    const { begin, end, chunks, admission, gate, isRunning } = setup(lifecycle);
    begin();
    work(80);
    admission.rate = 0;
    gate.update();
    expect(isRunning()).toBe(false);
    expect(chunks.length).toBe(1);
    await sleep(2 * CHUNK_MS);
    gate.update();
    expect(isRunning()).toBe(false);
    admission.rate = 1;
    gate.update();
    expect(isRunning()).toBe(true);
    await workUntil(() => chunks.length === 3);
    end();
    expect(new Set(chunks.map(({ profiler_id }) => profiler_id)).size).toBe(1);
  },
);

test.each(LIFECYCLES)('%s: what has ended during a pause is not resumed', async (lifecycle) => {
  const { begin, end, admission, gate, isRunning } = setup(lifecycle);
  begin();
  admission.rate = 0;
  gate.update();
  end();
  admission.rate = 1;
  gate.update();
  await sleep(2 * CHUNK_MS);
  expect(isRunning()).toBe(false);
  begin();
  expect(isRunning()).toBe(true);
});

test.each(LIFECYCLES)('%s: what begins during a pause starts after it', (lifecycle) => {
  const { begin, admission, gate, isRunning } = setup(lifecycle, { rate: 0 });
  begin();
  expect(isRunning()).toBe(false);
  admission.rate = 1;
  gate.update();
  expect(isRunning()).toBe(true);
});

test.each(LIFECYCLES)('%s: nothing starts that has not begun', (lifecycle) => {
  const { gate, isRunning } = setup(lifecycle);
  gate.update();
  expect(isRunning()).toBe(false);
});

test.each(LIFECYCLES)('%s: without room there is no chunk, until there is', async (lifecycle) => {
  const { begin, chunks, admission, isRunning } = setup(lifecycle);
  begin();
  work(80);
  admission.isAdmitting = false;
  await workUntil(() => chunks.length === 1 && !isRunning());
  await sleep(2 * CHUNK_MS);
  expect(isRunning()).toBe(false);
  admission.isAdmitting = true;
  await workUntil(isRunning);
});

test('trace: a stop of the user’s, which the SDK ignores, ends neither the chunk nor its rotation', async () => {
  const { begin, profiler, chunks, isRunning } = setup('trace');
  begin();
  profiler.stop();
  expect(isRunning()).toBe(true);
  await workUntil(() => chunks.length === 2);
});

test('trace: spans within spans are one session', async () => {
  const { begin, end, chunks, isRunning } = setup('trace', { maxChunkMs: 10_000 });
  begin();
  begin();
  work(80);
  end();
  expect(isRunning()).toBe(true);
  end();
  expect(isRunning()).toBe(false);
  expect(chunks.length).toBe(1);
});

test('what runs already is rotated too', async () => {
  const { profiler, begin, chunks } = createContinuous('manual');
  begin();
  const none = (): void => {};
  const gate = new ChunkGate(profiler, {
    rate: 1,
    leftMs: CHUNK_MS,
    admit: () => true,
    ended: none,
    skipForRate: none,
  });
  await workUntil(() => chunks.length === 2);
  gate.close();
  profiler.stop();
});

test('timers do not hold the async context of whoever began', async () => {
  const { begin, end, admission } = setup('manual');
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  admission.admit = () => {
    seen.push(storage.getStore());
    return true;
  };
  storage.run('request', begin);
  await workUntil(() => seen.length === 3);
  end();
  expect(seen).toEqual(['request', undefined, undefined]);
});

test('what fails in a timer stays there, and the next chunk comes all the same', async () => {
  const { begin, profiler, client, chunks } = setup('manual');
  begin();
  await workUntil(() => chunks.length === 1);
  const transport = client.getTransport() as { send: unknown };
  const { send } = transport;
  transport.send = () => {
    transport.send = send;
    throw new Error('a transport of the user');
  };
  const running = profiler._chunkData?.id;
  await workUntil(() => chunks.length === 2);
  expect(chunks.at(-1)?.chunk_id).not.toBe(running);
});

test('close takes the gate away; what runs goes on', async () => {
  const { begin, gate, chunks, profiler, isRunning } = setup('manual');
  begin();
  expect(Object.keys(profiler)).toEqual(expect.arrayContaining(['_startChunkProfiling', 'stop']));
  gate.close();
  const own = Object.keys(profiler).filter(
    (name) => typeof profiler[name as keyof ChunkProfiler] === 'function',
  );
  expect(own).toEqual([]);
  await sleep(2 * CHUNK_MS);
  expect(isRunning()).toBe(true);
  profiler.stop();
  expect(isRunning()).toBe(false);
  expect(chunks.length).toBe(1);
});

test.each(['_startChunkProfiling', '_stopChunkProfiling', 'stop'] as const)(
  'a profiler without %s is not one for the gate',
  (name) => {
    const { profiler } = createContinuous('manual');
    expect(isChunkProfiler(profiler)).toBe(true);
    expect(isChunkProfiler(Object.assign(Object.create(profiler), { [name]: undefined }))).toBe(false);
  },
);
