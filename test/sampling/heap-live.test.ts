import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createHeapLive } from '../../src/sampling/heap-live.ts';

const MiB = 1024 * 1024;
const CHILD = fileURLToPath(new URL('heap-child.ts', import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: each mode reports something else.
function runChild(mode: string, nodeFlags: readonly string[]): Promise<any> {
  const child = fork(CHILD, [mode], { execArgv: ['--import', 'tsx', ...nodeFlags] });
  return new Promise((resolve, reject) => {
    let message: unknown;
    child.on('message', (received) => {
      message = received;
    });
    child.on('exit', (code) => {
      if (code === 0 && message !== undefined) resolve(message);
      else reject(new Error(`The child ended with ${code}.`));
    });
  });
}

test('before the first collection nothing counts as live; after each, what it left', () => {
  let usedBytes = 70;
  let collect = () => {};
  const heap = createHeapLive({
    maxBytes: 100,
    usedBytes: () => usedBytes,
    onMajorCollection(callback) {
      collect = callback;
      return () => {};
    },
  });
  expect(heap).toMatchObject({ liveRatio: 0, collections: 0 });
  expect(heap.usedRatio()).toBe(0.7);
  usedBytes = 30;
  collect();
  usedBytes = 60;
  expect(heap).toMatchObject({ liveRatio: 0.3, collections: 1 });
  expect(heap.usedRatio()).toBe(0.6);
});

test('of the real V8, every major collection is seen, until closed', async () => {
  const { before, after, closed } = await runChild('counting', ['--expose-gc']);
  expect(before.collections).toBe(0);
  expect(after.collections).toBe(2);
  expect(after.liveRatio).toBeGreaterThan(0);
  expect(closed.collections).toBe(2);
});

test('the flag is the maximum of the old generation', async () => {
  expect(await runChild('limits', ['--max-old-space-size=96'])).toEqual({ maxBytes: 96 * MiB });
});

test('a growing live heap reads as what it is', async () => {
  const { readings } = await runChild('growing', ['--max-old-space-size=256']);
  for (const { ownRatio, liveRatio } of readings) {
    expect(liveRatio).toBeGreaterThan(ownRatio);
    // Room for Node, the loader and the churn themselves, and for objects since the collection.
    expect(liveRatio).toBeLessThan(ownRatio + 0.2);
  }
});

test('a sawtooth of garbage reads low', async () => {
  const { collections, highestLive, highestUsed } = await runChild('sawtooth', ['--max-old-space-size=256']);
  expect(collections).toBeGreaterThan(3);
  expect(highestLive).toBeLessThan(0.6);
  expect(highestUsed).toBeGreaterThan(highestLive + 0.1);
});

test('an observer keeps no process alive', async () => {
  await expect(runChild('idle', [])).resolves.toEqual({});
}, 10_000);
