import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { SpareBuffers } from '../../src/encode/spare-buffers.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('a buffer that was given back is taken again, once', () => {
  const spares = new SpareBuffers(100, 2);
  const buffer = spares.take();
  spares.giveBack(buffer);
  expect(spares.take()).toBe(buffer);
  expect(spares.take()).not.toBe(buffer);
});

test('no more buffers are kept than were allowed, and each has its whole length', () => {
  const spares = new SpareBuffers(100, 2);
  const given = Array.from({ length: 3 }, () => spares.take());
  for (const buffer of given) spares.giveBack(buffer);
  const taken = Array.from({ length: 3 }, () => spares.take());
  expect(taken.filter((buffer) => given.includes(buffer))).toHaveLength(2);
  expect(taken.map(({ length, byteOffset }) => [length, byteOffset])).toEqual(Array(3).fill([100, 0]));
});

test('buffers that nobody takes again are left to a full collection', async () => {
  const spares = new SpareBuffers(1024, 8);
  const given = Array.from({ length: 8 }, () => new WeakRef(giveOne(spares)));
  // V8 keeps the target of a weak reference until the turn in which it was made has ended.
  await nextTurn();
  collectGarbage();
  expect(given.filter((buffer) => buffer.deref() !== undefined)).toEqual([]);
  expect(spares.take()).toHaveLength(1024);
});

/** A function of its own, so that no variable of the test holds the buffer. */
function giveOne(spares: SpareBuffers): Buffer {
  const buffer = Buffer.allocUnsafeSlow(1024);
  spares.giveBack(buffer);
  return buffer;
}
