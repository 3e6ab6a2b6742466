import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ProfilingStats } from '../../src/index.ts';
import { payloadsOf } from './proxied.ts';
import type { Relay } from './relay/index.ts';
import type { Service } from './service.ts';

const REQUESTS = 40;
const ROOT_NAME = 'GET /report';
const POLL_MS = 250;
const AGREEMENT_TIMEOUT_MS = 60_000;

interface Profiled {
  readonly profiler_id?: string;
  readonly transaction?: { readonly name: string; readonly id: string };
  readonly profile: {
    readonly frames: readonly { readonly function?: string; readonly abs_path?: string }[];
  };
}

interface Transaction {
  readonly event_id: string;
  readonly transaction: string;
}

interface Span {
  readonly name: string;
  readonly is_segment: boolean;
  readonly attributes: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface Expected {
  /** Chunks beside streamed spans, or a profile for each transaction. */
  readonly profiles: 'chunks' | 'transactions';
  /** The name and path of a function of the service's own, which its profiles have to show. */
  readonly busyFrame: RegExp;
}

/**
 * Loads a service that does its work at `/report` and tells its statistics at `/stats`, ends it, and expects every request at the
 * relay, with profiles that are valid and that the statistics agree with.
 *
 * @returns the last statistics it told
 */
export async function expectProfiled(
  service: Service,
  relay: Relay,
  { profiles, busyFrame }: Expected,
): Promise<ProfilingStats> {
  await service.load('/report', REQUESTS);
  const stats = await untilAgreement(service, relay);
  expect(stats.capabilities).toEqual({
    nativeSeam: true,
    transactionGate: profiles === 'transactions',
    chunkGate: profiles === 'chunks',
    streamingUpload: true,
  });
  // On a machine that is busy with something else, a profile may not get its turn in time: it has to be counted.
  const { budget: lateCount = 0 } = stats.dropped;
  expect(stats.dropped.total).toBe(lateCount);
  const exitCode = await service.stop();
  expect({ exitCode, output: service.output }).toMatchObject({ exitCode: 0 });
  const { invalid, protocolErrors } = relay;
  const refused = relay.requests.flatMap(({ error }) => error ?? []);
  expect({ invalid, protocolErrors, refused }).toEqual({ invalid: [], protocolErrors: [], refused: [] });
  const arrived =
    profiles === 'chunks' ? expectChunks(relay) : expectProfileOfEach(relay, stats.skipped.short + lateCount);
  const frames = arrived.flatMap(({ profile }) =>
    profile.frames.map((frame) => `${frame.function} ${frame.abs_path}`),
  );
  expect(frames.filter((frame) => busyFrame.test(frame)).length).toBeGreaterThan(0);
  return stats;
}

/** Asks until the statistics know of as many arrivals as the relay, and of nothing that waits. */
async function untilAgreement(service: Service, relay: Relay): Promise<ProfilingStats> {
  const deadlineMs = performance.now() + AGREEMENT_TIMEOUT_MS;
  for (;;) {
    const stats = await service.get<ProfilingStats>('/stats');
    const { captured, delivered, pending, dropped } = stats;
    expect(captured).toBe(delivered + pending + dropped.total);
    const arrivedCount = (relay.counts.profile ?? 0) + (relay.counts.profile_chunk ?? 0);
    if (delivered > 0 && pending === 0 && delivered === arrivedCount) return stats;
    if (performance.now() > deadlineMs) {
      throw new Error(`${arrivedCount} profiles at the relay, and the service says ${JSON.stringify(stats)}`);
    }
    await delay(POLL_MS);
  }
}

/** @returns the chunks; every request's root span has to name the profiler that made them */
function expectChunks(relay: Relay): Profiled[] {
  const chunks = payloadsOf<Profiled>(relay, 'profile_chunk');
  const profilers = new Set(chunks.map(({ profiler_id }) => profiler_id));
  const roots = payloadsOf<{ items: Span[] }>(relay, 'span')
    .flatMap(({ items }) => items)
    .filter((span) => span.is_segment && isReport(span));
  expect(roots).toHaveLength(REQUESTS);
  const named = new Set(roots.map(({ attributes }) => attributes['sentry.profiler_id']?.value));
  expect(named).toEqual(profilers);
  return chunks;
}

/** Without a framework, the SDK names a root span for its method alone. */
function isReport({ name, attributes }: Span): boolean {
  return name === ROOT_NAME || attributes['url.path']?.value === '/report';
}

/** @returns the profiles; every request has to have one, but for so many that are counted as lost */
function expectProfileOfEach(relay: Relay, lostCount: number): Profiled[] {
  const transactions = payloadsOf<Transaction>(relay, 'transaction').filter(
    ({ transaction }) => transaction === ROOT_NAME,
  );
  expect(transactions).toHaveLength(REQUESTS);
  const ids = new Set(transactions.map(({ event_id }) => event_id));
  const profiles = payloadsOf<Profiled>(relay, 'profile').filter(
    ({ transaction }) => transaction?.name === ROOT_NAME,
  );
  expect(profiles.length).toBeGreaterThanOrEqual(REQUESTS - lostCount);
  expect(profiles.filter(({ transaction }) => !ids.has(transaction?.id ?? ''))).toEqual([]);
  return profiles;
}
