import { expect, test, vi } from 'vitest';
import type { Answer } from '../../src/deliver/post.ts';
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

test('as many go at once as wait, up to what the SDK’s own transport opens', async () => {
  const queue = createQueue();
  const probes = Array.from({ length: 40 }, (_, i) => add(queue, new Probe(String(i), silent)));
  await settle();
  expect(probes.filter(({ attempts }) => attempts === 1)).toHaveLength(30);
  queue.close();
});

test('one that always fails delays no other, and is given up where others pass', async () => {
  const queue = createQueue();
  const offender = add(queue, new Probe('offender', () => REFUSED));
  for (let second = 0; second < 60; second++) {
    const other = add(queue, new Probe('other', () => ACCEPTED));
    await pass(100);
    expect(other.ending).toMatchObject({ outcome: 'accepted' });
    await pass(900);
  }
  expect(offender.ending).toMatchObject({ outcome: 'unanswered', mayHaveArrived: false });
  expect(offender.ending?.detail).toMatch(/^ECONNREFUSED, \d attempts$/);
  expect(offender.attempts).toBeLessThanOrEqual(7);
});

test('what has just come goes before what has missed its turn', async () => {
  const queue = createQueue();
  const blocked: ((answer: Answer) => void)[] = [];
  for (let i = 0; i < 30; i++)
    add(queue, new Probe('slow', () => new Promise((resolve) => blocked.push(resolve))));
  const late = add(queue, new Probe('late', silent));
  await pass(1500);
  const fresh = add(queue, new Probe('fresh', silent));
  blocked[0]?.(ACCEPTED);
  await settle();
  expect([fresh.attempts, late.attempts]).toEqual([1, 0]);
  queue.close();
});

test.each([
  { how: 'has missed its turn', failures: 0 },
  { how: 'has failed', failures: 1 },
])('what $how gets a place too where new ones would take all', async ({ failures }) => {
  const queue = createQueue();
  const answers: ((answer: Answer) => void)[] = [];
  const slow = (): Promise<Answer> => new Promise((resolve) => answers.push(resolve));
  const waiting: Probe = new Probe('waiting', () => (waiting.attempts > failures ? silent() : REFUSED));
  if (failures > 0) add(queue, waiting);
  await settle();
  for (let i = 0; i < 30; i++) add(queue, new Probe('slow', slow));
  if (failures === 0) add(queue, waiting);
  await pass(1500);
  const fresh = Array.from({ length: 10 }, () => add(queue, new Probe('fresh', slow)));
  for (let i = 0; i < 4; i++) {
    answers.shift()?.(ACCEPTED);
    await settle();
  }
  expect(waiting.attempts).toBe(failures + 1);
  expect(fresh.filter(({ attempts }) => attempts > 0)).toHaveLength(3);
  queue.close();
});

test('the age counts without a failure too: what has waited too long for its turn is not sent', async () => {
  const queue = createQueue(2000);
  for (let i = 0; i < 30; i++) add(queue, new Probe('slow', silent));
  const late = add(queue, new Probe('late', () => ACCEPTED));
  await pass(2100);
  expect(late).toMatchObject({ attempts: 0, ending: { outcome: 'unanswered', mayHaveArrived: false } });
  queue.close();
});

test('what was sent whole once without an answer may have arrived, whatever comes later', async () => {
  const queue = createQueue(10_000);
  const results = [UNANSWERED, REFUSED];
  const probe = add(queue, new Probe('a', () => results.shift() ?? REFUSED));
  await pass(15_000);
  expect(probe.attempts).toBeGreaterThan(1);
  expect(probe.ending).toMatchObject({ outcome: 'unanswered', mayHaveArrived: true });
});

test('a limit that is learned while it waits ends it', async () => {
  const queue = createQueue();
  const results = [UNANSWERED];
  const probe = add(queue, new Probe('a', () => results.shift() ?? ACCEPTED));
  await settle();
  probe.foreseen = { outcome: 'limited', detail: 'by a test' };
  await pass(2000);
  expect(probe).toMatchObject({ attempts: 1, ending: { outcome: 'limited', mayHaveArrived: true } });
});

test.each([
  ['rejects', () => Promise.reject(new Error('no'))],
  ['says that it can’t be made', () => ({ wasSent: false, isHopeless: true, error: 'no' })],
])('an attempt that %s is the last', async (_, answer) => {
  const queue = createQueue();
  const probe = add(queue, new Probe('a', answer));
  await settle();
  expect(probe).toMatchObject({ attempts: 1, ending: { outcome: 'unanswered', mayHaveArrived: false } });
});

test('silence of the server is no slowness of ours: what waits then had better wait', async () => {
  const queue = createQueue();
  for (let i = 0; i < 30; i++) add(queue, new Probe('silent', silent));
  await pass(1000);
  expect(queue.isFlowing).toBe(true);
  await pass(3000);
  expect(queue.isFlowing).toBe(false);
  queue.close();
});

test('hurry tries at once what waits, and however often it is asked, one alone while the server is down', async () => {
  const queue = createQueue();
  const probes = ['a', 'b', 'c'].map((name) => add(queue, new Probe(name, () => REFUSED)));
  const attempts = (): number => probes.reduce((sum, probe) => sum + probe.attempts, 0);
  await settle();
  expect(attempts()).toBe(3);
  for (let i = 0; i < 100; i++) queue.hurry();
  await settle();
  expect(attempts()).toBe(4);
  queue.close();
});

test('close ends what waits and what is under way, and what comes later', async () => {
  const queue = createQueue();
  const active = add(queue, new Probe('active', silent));
  queue.close();
  const after = add(queue, new Probe('after', () => ACCEPTED));
  await settle();
  expect(active.ending).toMatchObject({ outcome: 'closed', mayHaveArrived: true });
  expect(after).toMatchObject({ attempts: 0, ending: { outcome: 'closed', mayHaveArrived: false } });
  expect(vi.getTimerCount()).toBe(0);
});

test('what nobody wants any more is not tried again', async () => {
  const queue = createQueue();
  const waiting = add(queue, new Probe('waiting', () => REFUSED));
  await settle();
  waiting.isCancelled = true;
  await pass(MINUTE_MS);
  expect(waiting.attempts).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('what is taken out leaves nothing behind', async () => {
  const queue = createQueue();
  const waiting = add(queue, new Probe('waiting', () => REFUSED));
  await settle();
  queue.remove(waiting);
  await settle();
  expect(waiting).toMatchObject({ attempts: 1, ending: { outcome: 'closed' } });
  queue.hurry();
  expect(vi.getTimerCount()).toBe(0);
});

test('with nothing waiting there is no timer', async () => {
  const queue = createQueue();
  add(queue, new Probe('a', () => ACCEPTED));
  await settle();
  expect(vi.getTimerCount()).toBe(0);
});
