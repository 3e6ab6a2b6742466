import type { Client } from '@sentry/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ProfilerLinks } from '../../src/capture/profiler-links.ts';
import { createContinuous } from '../support/continuous.ts';

const START_MS = 1_793_534_400_000;

/** Links of a real client: what is recorded from second 10 to second 20, and what has a link then. */
function setup() {
  vi.useFakeTimers({ toFake: ['Date'], now: START_MS + 10_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { client } = createContinuous('manual');
  const links = new ProfilerLinks(client);
  onTestFinished(() => links.close());
  links.start();
  vi.setSystemTime(START_MS + 20_000);
  links.end();
  return client;
}

const secondsAt = (second: number): number => START_MS / 1000 + second;

function isEventLinked(client: Client, from: number, until: number): boolean {
  const event = {
    type: 'transaction',
    contexts: { profile: { profiler_id: 'a' } },
    start_timestamp: secondsAt(from),
    timestamp: secondsAt(until),
  } as const;
  client.emit('beforeSendEvent', event as never);
  return 'profile' in event.contexts;
}

function isSpanLinked(client: Client, from: number, until: number): boolean {
  const attributes: Record<string, unknown> = { 'sentry.profiler_id': 'a' };
  const span = { attributes, start_timestamp: secondsAt(from), end_timestamp: secondsAt(until) };
  client.emit('processSegmentSpan', span as never);
  return 'sentry.profiler_id' in attributes;
}

test.each([
  { from: 1, until: 9, isLinked: false },
  { from: 1, until: 11, isLinked: true },
  { from: 12, until: 13, isLinked: true },
  { from: 19, until: 30, isLinked: true },
  { from: 21, until: 30, isLinked: false },
])('recorded from 10 to 20: a trace from $from to $until points to the profiler: $isLinked', (trace) => {
  const client = setup();
  expect(isEventLinked(client, trace.from, trace.until)).toBe(trace.isLinked);
  expect(isSpanLinked(client, trace.from, trace.until)).toBe(trace.isLinked);
});

test('an error keeps its link, whenever it happened', () => {
  const client = setup();
  const event = { contexts: { profile: { profiler_id: 'a' } }, timestamp: secondsAt(5) };
  client.emit('beforeSendEvent', event as never);
  expect(event.contexts).toHaveProperty('profile');
});
