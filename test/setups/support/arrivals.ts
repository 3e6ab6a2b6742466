import { expect } from 'vitest';
import type { Profile } from '../../../src/profile/types.ts';
import { payloadsOf } from '../../support/proxied.ts';
import type { Relay } from '../../support/relay/index.ts';
import type { Project, Report } from './run-setup.ts';

/** SDK 10 makes a profile for each transaction here, SDK 11 chunks. */
export const LINES = [
  { line: '10', project: 'sdk/10' },
  { line: '11', project: 'sdk/11' },
] as const satisfies readonly { line: string; project: Project }[];

/** The names of the transactions that `transact` of the scenarios makes. */
export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `request ${i}`);
}

/** Names of the transactions that have arrived, in alphabetical order. */
export function transactionsOf(...relays: readonly Relay[]): string[] {
  return relays
    .flatMap((relay) => payloadsOf<{ transaction: string }>(relay, 'transaction'))
    .map(({ transaction }) => transaction)
    .sort();
}

/** Names of the transactions whose profiles have arrived (SDK 9 and 10), in alphabetical order. */
export function profiledOf(...relays: readonly Relay[]): string[] {
  return relays
    .flatMap((relay) => payloadsOf<{ transaction: { name: string } }>(relay, 'profile'))
    .map(({ transaction }) => transaction.name)
    .sort();
}

/** Every transaction has arrived once with all that was recorded of it, by Relay's rules, and the statistics say so. */
export function expectAll(
  project: Project,
  relays: readonly Relay[],
  names: readonly string[],
  stats: Report,
): void {
  const sorted = names.toSorted();
  expect(relays.flatMap(({ invalid }) => invalid)).toEqual([]);
  expect(transactionsOf(...relays)).toEqual(sorted);
  const chunks = relays.flatMap((relay) =>
    payloadsOf<Profile & { chunk_id: string }>(relay, 'profile_chunk'),
  );
  if (project.startsWith('sdk/10')) expect(profiledOf(...relays)).toEqual(sorted);
  else {
    expect(chunks.length).toBeGreaterThan(0);
    expect(new Set(chunks.map(({ chunk_id }) => chunk_id)).size).toBe(chunks.length);
  }
  const count = project.startsWith('sdk/10') ? sorted.length : chunks.length;
  expect(stats).toMatchObject({
    captured: count,
    delivered: count,
    pending: 0,
    dropped: { total: 0 },
    memory: { heldBytes: 0 },
  });
}

/** Only transactions have come, each once: there was nothing to profile with, or nothing was to be profiled. */
export function expectUnprofiled(relay: Relay, names: readonly string[], stats: Report): void {
  expect(relay.invalid).toEqual([]);
  expect(transactionsOf(relay)).toEqual(names.toSorted());
  expect(relay.counts).not.toHaveProperty('profile');
  expect(relay.counts).not.toHaveProperty('profile_chunk');
  expect(stats).toMatchObject({ captured: 0, pending: 0, dropped: { total: 0 } });
}
