import { expect, test } from 'vitest';
import { deflateAtOnce, inflateSegment } from '../../src/encode/deflate.ts';
import { Turns } from '../../src/encode/turns.ts';

test('as many run at a time as may, the others in order, whatever fails', async () => {
  const turns = new Turns(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const work = (i: number) => async (): Promise<number> => {
    most = Math.max(most, ++running);
    order.push(i);
    await new Promise(setImmediate);
    running--;
    if (i % 3 === 0) throw new Error(`${i}`);
    return i;
  };
  const results = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => turns.run(work(i))));
  expect(most).toBe(2);
  expect(order).toEqual(Array.from({ length: 10 }, (_, i) => i));
  expect(results.map(({ status }) => status === 'rejected')).toEqual(order.map((i) => i % 3 === 0));
  expect(await turns.run(async () => 'later')).toBe('later');
});

test.each([0, 1, 100, 511, 512, 513, 2000, 40_000, 300_000])(
  'an input of %d bytes is deflated with a window of its size, and comes back',
  async (bytes) => {
    const plain = Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7919) % 251));
    const segment = await deflateAtOnce([plain], 'inner');
    expect((await inflateSegment(segment)).equals(plain)).toBe(true);
  },
);
