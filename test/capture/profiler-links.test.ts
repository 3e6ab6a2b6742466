import type { Client } from '@sentry/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ProfilerLinks } from '../../src/capture/profiler-links.ts';
import { createContinuous } from '../support/continuous.ts';

const START_MS = 1_793_534_400_000;
const THREAD = { 'thread.id': '0', 'thread.name': 'main' };

interface Setup {
  readonly client: Client;
  readonly links: ProfilerLinks;
  /** Sets the wall clock; the other goes on as ever. */
  setClock(second: number): void;
  /** Lets time pass for both clocks. */
  pass(seconds: number): void;
}

/** Links of a real client: profiler `one` records from second 10 to second 20. */
function setup(): Setup {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: START_MS + 10_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { client } = createContinuous('manual');
  const links = new ProfilerLinks(client);
  onTestFinished(() => links.close());
  const pass = (seconds: number): unknown => vi.advanceTimersByTime(seconds * 1000);
  links.start('one');
  pass(10);
  links.end();
  return { client, links, pass, setClock: (second) => vi.setSystemTime(START_MS + second * 1000) };
}

const secondsAt = (second: number): number => START_MS / 1000 + second;

interface Times {
  readonly start_timestamp: number;
  readonly timestamp: number;
}

/** A transaction as it goes out, with the id that the SDK gave it. */
function sendEvent(client: Client, times: Times, profilerId?: string, spans: readonly object[] = []) {
  const event = {
    type: 'transaction',
    contexts: { trace: { data: {} }, ...(profilerId && { profile: { profiler_id: profilerId } }) },
    spans,
    ...times,
  };
  client.emit('beforeSendEvent', event as never);
  return event as typeof event & { contexts: { profile?: object } };
}

function sendSpan(client: Client, { start_timestamp, timestamp }: Times, attributes?: object): unknown {
  const span = { start_timestamp, end_timestamp: timestamp, ...(attributes && { attributes }) };
  client.emit('processSpan', span as never);
  return span.attributes;
}

const between = (from: number, until: number): Times => ({
  start_timestamp: secondsAt(from),
  timestamp: secondsAt(until),
});

test.each([
  { from: 1, until: 9, isLinked: false },
  { from: 1, until: 11, isLinked: true },
  { from: 12, until: 13, isLinked: true },
  { from: 19, until: 30, isLinked: true },
  { from: 21, until: 30, isLinked: false },
])(
  'recorded from 10 to 20: a trace from $from to $until has a link: $isLinked',
  ({ from, until, isLinked }) => {
    const { client } = setup();
    for (const given of ['one', undefined]) {
      const { profile, trace } = sendEvent(client, between(from, until), given).contexts;
      expect(profile).toEqual(isLinked ? { profiler_id: 'one' } : undefined);
      if (isLinked) expect(trace.data).toEqual(THREAD);
      const attributes = sendSpan(
        client,
        between(from, until),
        given ? { 'sentry.profiler_id': given } : undefined,
      );
      expect(attributes ?? {}).toEqual(isLinked ? { ...THREAD, 'sentry.profiler_id': 'one' } : {});
    }
  },
);

test('spans within a transaction have the thread, as far as they were recorded', () => {
  const { client } = setup();
  const spans = [between(2, 3), between(15, 16)].map((times) => ({ ...times, data: { own: 1 } }));
  sendEvent(client, between(1, 30), undefined, spans);
  expect(spans.map(({ data }) => data)).toEqual([{ own: 1 }, { own: 1, ...THREAD }]);
});

test('a thread that somebody else has named stays', () => {
  const { client } = setup();
  const attributes = sendSpan(client, between(12, 13), { 'thread.name': 'worker 7', 'thread.id': '7' });
  expect(attributes).toMatchObject({ 'thread.name': 'worker 7', 'thread.id': '7' });
});

test('a trace has the profiler of its own time', () => {
  const { client, links, pass } = setup();
  pass(5);
  links.start('two');
  pass(5);
  links.end();
  for (const [from, until, profiler_id] of [
    [11, 12, 'one'],
    [26, 27, 'two'],
    [11, 27, 'two'],
  ] as const) {
    expect(sendEvent(client, between(from, until), 'two').contexts.profile).toEqual({ profiler_id });
  }
});

test('a wall clock that is set back takes no link away, whichever clock a span was timed by', () => {
  const { client, links, setClock, pass } = setup();
  pass(80);
  setClock(0);
  const steadySeconds = (performance.timeOrigin + performance.now()) / 1000;
  links.start('one');
  pass(1);
  links.end();
  const steady = { start_timestamp: steadySeconds + 0.2, timestamp: steadySeconds + 0.3 };
  for (const times of [between(0.2, 0.3), steady]) {
    expect(sendEvent(client, times).contexts.profile).toEqual({ profiler_id: 'one' });
  }
});

test('of a time too long ago the SDK knows better', () => {
  const { client, links, pass } = setup();
  for (let i = 0; i < 1000; i++) {
    pass(1);
    links.start(`later ${i}`);
    pass(1);
    links.end();
  }
  expect(sendEvent(client, between(12, 13), 'one').contexts.profile).toEqual({ profiler_id: 'one' });
  expect(sendEvent(client, between(12, 13)).contexts.profile).toBeUndefined();
  expect(sendEvent(client, between(21.2, 21.8)).contexts.profile).toEqual({ profiler_id: 'later 0' });
});

test('an error keeps its link, whenever it happened', () => {
  const { client } = setup();
  const event = { contexts: { profile: { profiler_id: 'a' } }, timestamp: secondsAt(5) };
  client.emit('beforeSendEvent', event as never);
  expect(event.contexts).toHaveProperty('profile');
});
