import assert from 'node:assert/strict';
import type { BoundedProfilingOptions, ProfilingStats } from '../../src/index.ts';
import type { SdkEnvelope } from '../support/envelopes.ts';
import { RELAY_LIMITS, type ReceivedItem } from '../support/relay/index.ts';
import { expectSentProfiles, isProfileItem } from './arrived-profiles.ts';
import { type Run, type RunOptions, runClient } from './runs.ts';
import { profilesOf, withoutProfiles } from './sent.ts';
import { prototypeSnapshot } from './snapshot.ts';

/** Envelopes to be sent, and facts about them. */
export interface Delivery {
  /** The same envelopes anew. */
  readonly build: () => SdkEnvelope[];
  readonly options: RunOptions & { readonly bounded: BoundedProfilingOptions };
  /** Whether everything but the payloads of profiles is as an SDK makes it. */
  readonly isSoundAround: boolean;
  /** Whether they read the same each time. */
  readonly isStable: boolean;
}

/**
 * Sends envelopes through the integration, and all but the profiles through the stock SDK too. Whatever the envelopes
 * hold, every profile is counted, nothing fails that would not fail there, and all else arrives as it does there.
 */
export async function expectSoundDelivery(delivery: Delivery): Promise<void> {
  const expectPrototypes = prototypeSnapshot();
  const { build, options } = delivery;
  const envelopes = build();
  const sent = envelopes.flatMap(profilesOf);
  const ours = await runClient(envelopes, options);
  const rest = build().flatMap(withoutProfiles);
  const stock = await runClient(rest, { ...options, bounded: false });
  expectPrototypes();
  checkAccount(ours);
  if (delivery.isStable || delivery.isSoundAround) {
    await checkAnswers(ours, delivery);
    checkRest(ours, stock, rest);
  }
  if (delivery.isSoundAround && isUndisturbed(stock)) checkRequests(ours, stock, delivery);
  if (delivery.isStable) expectSentProfiles(ours, stock, sent, delivery);
}

function checkAccount({ stats, drops, isFlushed, uncaught, seen }: Run): void {
  const { captured, delivered, pending, dropped, memory, bytes } = stats as ProfilingStats;
  const { total, ...reasons } = dropped;
  assert.deepEqual(uncaught, []);
  assert.deepEqual(seen.protocolErrors, []);
  assert.ok(isFlushed, 'Expected the flush to end in time');
  assert.equal(pending, 0);
  assert.equal(captured, delivered + total);
  assert.equal(sum(Object.values(reasons)), total);
  assert.equal(drops.length, total);
  assert.equal(memory.heldBytes, 0);
  const sizes = [memory.peakHeldBytes, ...Object.values(bytes), ...drops.map((drop) => drop.bytes)];
  assert.ok(
    sizes.every((size) => Number.isFinite(size) && size >= 0),
    `Sizes in bytes: ${sizes}`,
  );
  assert.ok(drops.every(({ id }) => typeof id === 'string'));
}

/** `send` fails only where it would without the integration. */
async function checkAnswers({ answers }: Run, { build, options }: Delivery): Promise<void> {
  for (const [i, { error }] of answers.entries()) {
    if (error === undefined) continue;
    const envelope = build()[i] as SdkEnvelope;
    const whole = await runClient([envelope], { ...options, bounded: false });
    assert.notEqual(whole.answers[0]?.error, undefined, `send failed: ${(error as Error).stack}`);
  }
}

/** Other items arrive as often as from the stock SDK. Those that it could not send may arrive, as often as they were sent. */
function checkRest(ours: Run, stock: Run, rest: readonly SdkEnvelope[]): void {
  const [actual, expected] = [ours, stock].map(({ seen }) => countItems(seen.items)) as [Counts, Counts];
  for (const [item, count] of expected) {
    assert.ok((actual.get(item) ?? 0) >= count, `Expected ${count} times: ${item.slice(0, 300)}`);
  }
  const atMost = isUndisturbed(stock) ? sum(expected.values()) : sum(rest.map(countMembers));
  assert.ok(sum(actual.values()) <= atMost, `Expected at most ${atMost} items: ${[...actual.keys()]}`);
}

function countMembers(envelope: SdkEnvelope): number {
  try {
    return Array.from(envelope[1]).length;
  } catch {
    // An envelope that can't be read can't be sent.
    return 0;
  }
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

type Counts = ReadonlyMap<string, number>;

/** Everything but reports of drops, which differ, and profiles that the integration has encoded. */
function countItems(items: readonly ReceivedItem[]): Counts {
  const counts = new Map<string, number>();
  for (const { type, header, json, bytes } of items) {
    if (type === 'client_report' || type.startsWith('profile')) continue;
    const item = JSON.stringify([header, json, bytes?.toString('base64')]);
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  return counts;
}

function isUndisturbed({ answers, seen }: Run): boolean {
  return answers.every(({ error }) => error === undefined) && seen.requests.every(({ error }) => !error);
}

/** No request is refused, and none with a profile is over a limit. */
function checkRequests({ seen, answers }: Run, stock: Run, { options }: Delivery): void {
  assert.deepEqual(
    answers.filter(({ error }) => error !== undefined),
    [],
  );
  assert.deepEqual(
    seen.requests.flatMap(({ error }) => error ?? []),
    [],
  );
  // A profile that somebody else has encoded passes untouched.
  if (stock.seen.items.some(isProfileItem)) return;
  const { maxItemBytes, maxEnvelopeBytes, maxRequestBytes = Number.POSITIVE_INFINITY } = options.bounded;
  for (const { items, bytesDecompressed, bytesCompressed } of seen.requests) {
    for (const { type, sizeBytes } of items) {
      if (!type.startsWith('profile')) continue;
      assert.ok(sizeBytes <= (maxItemBytes ?? RELAY_LIMITS.maxProfileBytes), 'An item is too large');
      assert.ok(bytesDecompressed <= (maxEnvelopeBytes ?? RELAY_LIMITS.maxEnvelopeBytes), 'An envelope is');
      // Whether a transport of the user's own compresses is not known.
      const requestBytes = options.ownTransport ? bytesDecompressed : bytesCompressed;
      assert.ok(requestBytes <= maxRequestBytes, 'A request is too large');
    }
  }
}
