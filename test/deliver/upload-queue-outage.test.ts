import { expect, test } from 'vitest';
import type { Answer, NoAnswer } from '../../src/deliver/post.ts';
import {
  ACCEPTED,
  add,
  createQueue,
  fakeTime,
  MINUTE_MS,
  Probe,
  pass,
  REFUSED,
  settle,
  silent,
  UNANSWERED,
} from './upload-probe.ts';

fakeTime();

test('two that always fail hold others for a second at most', async () => {
  const queue = createQueue();
  for (const name of ['a', 'b']) add(queue, new Probe(name, () => REFUSED));
  for (let i = 0; i < 10; i++) {
    await pass(3000);
    const other = add(queue, new Probe('other', () => ACCEPTED));
    await pass(1100);
    expect(other.ending).toMatchObject({ outcome: 'accepted' });
  }
});

test('failures beside answers put no other upload off, however many they are', async () => {
  const queue = createQueue();
  for (let i = 0; i < 50; i++) {
    add(queue, new Probe('broken', () => UNANSWERED));
    const other = add(queue, new Probe('other', () => ACCEPTED));
    await pass(100);
    expect(other.ending).toMatchObject({ outcome: 'accepted' });
  }
  queue.close();
});

test('two requests that can’t be made say nothing about the way', async () => {
  const queue = createQueue();
  for (const name of ['a', 'b']) {
    add(queue, new Probe(name, () => ({ wasSent: false, isHopeless: true, error: 'no' })));
  }
  await settle();
  expect(queue.isFlowing).toBe(true);
});

test('an answer to what began before the way was down unparks what waits', async () => {
  const queue = createQueue();
  let answer: (given: Answer) => void = () => {};
  add(queue, new Probe('early', () => new Promise((resolve) => (answer = resolve))));
  const failed = ['a', 'b'].map((name) => add(queue, new Probe(name, () => REFUSED)));
  await settle();
  const waiting = Array.from({ length: 5 }, () => add(queue, new Probe('waiting', silent)));
  expect(waiting.every(({ isParked }) => isParked)).toBe(true);
  answer(ACCEPTED);
  await settle();
  expect(waiting.some(({ isParked }) => isParked)).toBe(false);
  expect(failed.every(({ isParked }) => isParked)).toBe(true);
  queue.close();
});

test('an upload that was never tried before its age says why the others failed', async () => {
  const queue = createQueue(MINUTE_MS);
  for (const name of ['a', 'b']) add(queue, new Probe(name, () => REFUSED));
  await settle();
  const waiting = Array.from({ length: 200 }, () => add(queue, new Probe('waiting', () => REFUSED)));
  await pass(2 * MINUTE_MS);
  const untried = waiting.filter(({ attempts }) => attempts === 0);
  expect(untried.length).toBeGreaterThan(100);
  for (const { ending } of untried) {
    expect(ending).toMatchObject({ outcome: 'unanswered', detail: 'never tried, others fail: ECONNREFUSED' });
  }
});

test('a server that is down is asked by one at a time, ever less often, and then by all', async () => {
  const queue = createQueue();
  let isUp = false;
  const probes = Array.from({ length: 20 }, (_, i) =>
    add(queue, new Probe(String(i), () => (isUp ? ACCEPTED : REFUSED))),
  );
  const attempts = (): number => probes.reduce((sum, probe) => sum + probe.attempts, 0);
  await settle();
  expect(attempts()).toBe(20);
  expect(queue.isFlowing).toBe(false);
  expect(probes.every(({ isParked }) => isParked)).toBe(true);
  await pass(MINUTE_MS);
  expect(attempts()).toBeLessThan(30);
  isUp = true;
  await pass(31_000);
  expect(probes.map(({ ending }) => ending?.outcome)).toEqual(Array(20).fill('accepted'));
  expect(queue.isFlowing).toBe(true);
});

test('when a server is back, what has waited goes by and by, and what is new at once', async () => {
  const queue = createQueue();
  let isUp = false;
  const attempt = (): Answer | NoAnswer | Promise<Answer> => {
    if (!isUp) return REFUSED;
    return new Promise((resolve) => setTimeout(() => resolve(ACCEPTED), 1000));
  };
  const waiting = Array.from({ length: 20 }, (_, i) => add(queue, new Probe(String(i), attempt)));
  await settle();
  const isUnderWay = ({ attempts, ending }: Probe): boolean => attempts > 1 && ending === undefined;
  isUp = true;
  const triedBefore = waiting.reduce((sum, { attempts }) => sum + attempts, 0);
  while (waiting.reduce((sum, { attempts }) => sum + attempts, 0) === triedBefore) await pass(100);
  await pass(1000);
  expect(waiting.filter(isUnderWay)).toHaveLength(2);
  const fresh = Array.from({ length: 10 }, () => add(queue, new Probe('fresh', attempt)));
  await settle();
  expect(fresh.map(({ attempts }) => attempts)).toEqual(Array(10).fill(1));
  expect(waiting.filter(isUnderWay)).toHaveLength(2);
  await pass(10_000);
  expect(waiting.map(({ ending }) => ending?.outcome)).toEqual(Array(20).fill('accepted'));
});

test('when a server is back, what has failed waits behind what was never tried', async () => {
  const queue = createQueue();
  const order: string[] = [];
  let isUp = false;
  const create = (name: string): Probe =>
    add(
      queue,
      new Probe(name, () => {
        if (isUp) order.push(name);
        return isUp ? ACCEPTED : REFUSED;
      }),
    );
  for (const name of ['a', 'b']) create(name);
  await settle();
  create('new');
  isUp = true;
  await pass(5000);
  expect(order[0]).toBe('new');
});

test('what a flush has set free is parked again when the server goes down before its turn', async () => {
  const queue = createQueue();
  let isUp = false;
  const waiting = Array.from({ length: 6 }, (_, i) => {
    const refuse = (): NoAnswer | Promise<NoAnswer> =>
      isUp ? new Promise((resolve) => setTimeout(() => resolve(REFUSED), 1000)) : REFUSED;
    return add(queue, new Probe(String(i), refuse));
  });
  await settle();
  add(queue, new Probe('answered', () => ACCEPTED));
  isUp = true;
  while (!queue.isFlowing) await pass(100);
  queue.hurry();
  expect(waiting.some(({ isParked }) => isParked)).toBe(false);
  while (queue.isFlowing) await pass(100);
  expect(waiting.filter(({ isParked }) => !isParked)).toHaveLength(queue.stats.active);
  queue.close();
});

test('what waits is parked too when the failure that shows it is the last one of its upload', async () => {
  const queue = createQueue();
  let fail: (given: NoAnswer) => void = () => {};
  const offender = add(queue, new Probe('offender', () => new Promise((resolve) => (fail = resolve))));
  for (let failures = 0; failures < 4; failures++) {
    await pass(100);
    add(queue, new Probe('answered', () => ACCEPTED));
    await settle();
    fail(REFUSED);
    await settle();
    queue.hurry();
  }
  await pass(100);
  add(queue, new Probe('answered', () => ACCEPTED));
  await pass(1000);
  add(queue, new Probe('another', () => REFUSED));
  for (let i = 0; i < 29; i++) add(queue, new Probe('on its way', silent));
  const waiting = add(queue, new Probe('waiting', silent));
  await settle();
  expect(waiting.isParked).toBe(false);
  fail(REFUSED);
  await settle();
  expect(offender.ending?.outcome).toBe('unanswered');
  expect([queue.isFlowing, waiting.isParked]).toEqual([false, true]);
  queue.close();
});

test('attempts that flushes have hurried make no pause longer', async () => {
  const queue = createQueue();
  let isUp = false;
  const probes = ['a', 'b'].map((name) => add(queue, new Probe(name, () => (isUp ? ACCEPTED : REFUSED))));
  await settle();
  for (let i = 0; i < 20; i++) {
    queue.hurry();
    await pass(100);
  }
  isUp = true;
  await pass(2100);
  expect(probes.map(({ ending }) => ending?.outcome)).toEqual(['accepted', 'accepted']);
});
