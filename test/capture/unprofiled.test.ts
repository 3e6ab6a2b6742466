import { debug } from '@sentry/core';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { expect, onTestFinished, test, vi } from 'vitest';
import { whyUnprofiled } from '../../src/capture/unprofiled.ts';
import { boundedProfilingIntegration } from '../../src/index.ts';
import { createClient } from '../support/client.ts';

/** A method that the profilers of SDK 9 and 10 have, and that of SDK 11 has not. */
const OLDER = { _setupAutomaticSpanProfiling: () => {} };
const NEWER = {};

const SPANS = { tracesSampleRate: 1 };

test.each<[string, object, object, RegExp]>([
  ['SDK 10, no option', SPANS, OLDER, /^neither `profilesSampleRate` nor `profileSessionSampleRate` is set/],
  ['SDK 11, no option', SPANS, NEWER, /^`profileSessionSampleRate` is 0 or not set$/],
  [
    'SDK 11, the option of SDK 10',
    { ...SPANS, profilesSampleRate: 1 },
    NEWER,
    /^`profileSessionSampleRate` is 0 or not set; this SDK does not know `profilesSampleRate`$/,
  ],
  [
    'SDK 10, a rate of 0',
    { ...SPANS, profilesSampleRate: 0 },
    OLDER,
    /^`profilesSampleRate` is 0 or not set$/,
  ],
  [
    'SDK 10, a lifecycle alone',
    { ...SPANS, profileLifecycle: 'trace' },
    OLDER,
    /^`profileSessionSampleRate`/,
  ],
  [
    'SDK 11, a rate alone',
    { ...SPANS, profileSessionSampleRate: 1 },
    NEWER,
    /^`profileLifecycle` is not 'trace'/,
  ],
  ['SDK 10, no tracing', { profilesSampleRate: 1 }, OLDER, /^`tracesSampleRate` is not set/],
  [
    'SDK 11, no tracing',
    { profileSessionSampleRate: 1, profileLifecycle: 'trace' },
    NEWER,
    /^`tracesSampleRate` is not set/,
  ],
])('%s: says why nothing is profiled', (_, options, profiler, why) => {
  expect(whyUnprofiled(options, profiler)).toMatch(why);
});

test.each<[string, object, object]>([
  ['SDK 10, a rate', { ...SPANS, profilesSampleRate: 0.1 }, OLDER],
  ['SDK 10, a sampler', { tracesSampler: () => 1, profilesSampler: () => 0 }, OLDER],
  ['SDK 11, by spans', { ...SPANS, profileSessionSampleRate: 0.1, profileLifecycle: 'trace' }, NEWER],
  ['SDK 11, by calls', { profileSessionSampleRate: 1, profileLifecycle: 'manual' }, NEWER],
])('%s: says nothing where the SDK profiles', (_, options, profiler) => {
  expect(whyUnprofiled(options, profiler)).toBeUndefined();
});

test.each<[string, object[], string[]]>([
  [
    'without the profiling integration',
    [],
    ['[BoundedProfiling] This client profiles nothing: `nodeProfilingIntegration()` is missing'],
  ],
  [
    'without a rate',
    [nodeProfilingIntegration()],
    ['[BoundedProfiling] This client profiles nothing: `profileSessionSampleRate` is 0 or not set'],
  ],
])('a real client %s warns in one line', (_, profiling, lines) => {
  const warn = vi.spyOn(debug, 'warn');
  onTestFinished(() => warn.mockRestore());
  const integrations = [...profiling, boundedProfilingIntegration()] as never[];
  createClient('https://key@example.com/1', {}, { integrations });
  expect(warn.mock.calls.flat().filter((line) => /BoundedProfiling/.test(String(line)))).toEqual(lines);
});
