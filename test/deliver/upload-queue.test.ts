import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer, NoAnswer } from '../../src/deliver/post.ts';
import type { Ending, Foreseen, Upload } from '../../src/deliver/upload.ts';
import { UploadQueue } from '../../src/deliver/upload-queue.ts';

const ACCEPTED: Answer = { statusCode: 200, headers: { 'retry-after': null, 'x-sentry-rate-limits': null } };
const REFUSED: NoAnswer = { wasSent: false, isHopeless: false, error: 'ECONNREFUSED' };
const UNANSWERED: NoAnswer = { wasSent: true, isHopeless: false, error: 'ETIMEDOUT' };
const MINUTE_MS = 60_000;

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** Lets promises come true that do not wait for time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

async function pass(ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= 100) {
    vi.advanceTimersByTime(Math.min(leftMs, 100));
    await settle();
  }
}

/** An upload that ends its attempts by a function, and how it ended itself. */
class Probe implements Upload {
  readonly name: string;
  readonly #answer: () => Promise<Answer | NoAnswer>;
  attempts = 0;
  isParked = false;
  isCancelled = false;
  ending: Ending | undefined;
  foreseen: Foreseen | undefined;

  constructor(name: string, answer: () => Answer | NoAnswer | Promise<Answer | NoAnswer>) {
    this.name = name;
    this.#answer = async () => answer();
  }

  attempt(signal: AbortSignal): Promise<Answer | NoAnswer> {
    this.attempts++;
    const aborted = new Promise<NoAnswer>((resolve) => {
      signal.addEventListener('abort', () => resolve(UNANSWERED));
    });
    return Promise.race([this.#answer(), aborted]);
  }

  remove(): void {}

  foresee(): Foreseen | undefined {
    return this.foreseen;
  }

  conclude(): 'accepted' {
    return 'accepted';
  }
}

function add(queue: UploadQueue, probe: Probe): Probe {
  void queue.add(probe).then((ending) => {
    probe.ending = ending;
  });
  return probe;
}

const createQueue = (maxRetryAgeMs = 5 * MINUTE_MS): UploadQueue =>
  new UploadQueue(maxRetryAgeMs, { onChange() {}, onDown() {}, onUp() {} });
const silent = (): Promise<never> => new Promise(() => {});

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
