import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { BoundedProfilingOptions, ProfilingStats } from '../../src/index.ts';
import type { Profile, Sample } from '../../src/profile/types.ts';
import { possibleRepeats } from '../support/parts.ts';
import { type ResolvedSample, resolveSamples } from '../support/profiles.ts';
import type { InvalidItem, ReceivedItem } from '../support/relay/index.ts';
import type { Run } from './runs.ts';
import type { SentProfile } from './sent.ts';

type ProfileType = SentProfile['type'];

export function isProfileItem({ type }: { readonly type: string }): boolean {
  return type === 'profile' || type === 'profile_chunk';
}

interface Expectations {
  readonly options: { readonly bounded: BoundedProfilingOptions };
  readonly isSoundAround: boolean;
}

/** Delivered profiles have arrived. No others have, and all are profiles by the rules. */
export function expectSentProfiles(
  ours: Run,
  stock: Run,
  sent: readonly SentProfile[],
  { options, isSoundAround }: Expectations,
): void {
  const { captured, dropped } = ours.stats as ProfilingStats;
  assert.equal(captured, sent.length);
  const arrived = encodedByUs(ours, stock);
  for (const [type, format] of [
    ['profile', 'transaction'],
    ['profile_chunk', 'chunk'],
  ] as const) {
    const own = arrived.filter((item) => item.type === type);
    const sentOfType = sent.filter((profile) => profile.type === type);
    const delivered = sentOfType.length - ours.drops.filter((drop) => drop.format === format).length;
    checkNumber(own.length, delivered, type);
    const isDelivered = delivered === sentOfType.length;
    checkSamples(own, sentOfType, { isDelivered, mayBeThinned: mayBeThinned(type, options.bounded) });
  }
  if (!isSoundAround || !sent.every(({ isSound }) => isSound)) return;
  assert.equal(dropped.malformed ?? 0, 0);
  // A profile that somebody else has encoded may be anything.
  assert.deepEqual(invalidProfiles(ours), invalidProfiles(stock));
}

/**
 * Profiles that passed as text or bytes have arrived from the stock SDK as well, unless it stumbled over an item before
 * them. Items that passed and are no profiles at all were none of ours either.
 */
function encodedByUs(ours: Run, stock: Run): ReceivedItem[] {
  const passed = stock.seen.items.filter(isProfileItem).map(textOf);
  return ours.seen.items.filter(isProfileItem).filter((item) => {
    if (!Object.hasOwn(Object(item.json), 'profile')) return false;
    const index = passed.indexOf(textOf(item));
    if (index >= 0) passed.splice(index, 1);
    return index < 0;
  });
}

function textOf({ header, json, bytes }: ReceivedItem): string {
  return JSON.stringify([header, json, bytes]);
}

function checkNumber(arrived: number, delivered: number, type: ProfileType): void {
  // A chunk over a limit may arrive as several, and some of those that are dropped in part.
  const isRight = type === 'profile' ? arrived === delivered : arrived >= delivered;
  assert.ok(isRight, `${arrived} times ${type} arrived, ${delivered} were delivered`);
}

function mayBeThinned(type: ProfileType, options: BoundedProfilingOptions): boolean {
  const { maxItemBytes, maxEnvelopeBytes, maxRequestBytes } = options;
  return type === 'profile' && [maxItemBytes, maxEnvelopeBytes, maxRequestBytes].some(Boolean);
}

/**
 * Each sample that arrived was sent, with its time and its thread, and with its frames: all of them, or with `mayBeThinned`
 * those from the leaf on. None is missing if the profile was not thinned.
 */
function checkSamples(
  arrived: readonly ReceivedItem[],
  sent: readonly SentProfile[],
  { isDelivered, mayBeThinned }: { isDelivered: boolean; mayBeThinned: boolean },
): void {
  if (sent.some(({ samples }) => samples === undefined)) return;
  const missing = new Map<string, string[][]>();
  for (const sample of sent.flatMap(({ samples }) => samples ?? [])) {
    const alike = missing.get(placeOf(sample)) ?? [];
    alike.push(sample.frames.map((frame) => JSON.stringify(frame)));
    missing.set(placeOf(sample), alike);
  }
  const samples = arrived.flatMap(({ json }) => withRepeats(json as Profile));
  for (const { sample, mayRepeat } of samples.toSorted(surestFirst)) {
    const frames = sample.frames.map((frame) => JSON.stringify(frame));
    const candidates = missing.get(placeOf(sample)) ?? [];
    let index = candidates.findIndex((candidate) => isDeepStrictEqual(candidate, frames));
    if (index < 0 && mayBeThinned) index = candidates.findIndex((candidate) => startsWith(candidate, frames));
    if (index < 0 && mayRepeat) continue;
    assert.ok(index >= 0, `Nobody has sent ${JSON.stringify(sample).slice(0, 300)}`);
    candidates.splice(index, 1);
  }
  const isWhole = [...missing.values()].every((left) => left.length === 0);
  assert.ok(isWhole || mayBeThinned || !isDelivered, 'Samples are missing');
}

/** A sample that a part of a chunk repeats at its end may look like one of the next part. */
interface Arrived {
  readonly sample: ResolvedSample;
  readonly mayRepeat: boolean;
}

function withRepeats(profile: Profile): Arrived[] {
  const repeats = possibleRepeats(profile);
  return resolveSamples(profile).map((sample, i) => {
    return { sample, mayRepeat: repeats.has(profile.profile.samples[i] as Sample) };
  });
}

function surestFirst(a: Arrived, b: Arrived): number {
  return Number(a.mayRepeat) - Number(b.mayRepeat);
}

function placeOf({ time, thread }: ResolvedSample): string {
  return JSON.stringify([time, thread]);
}

function startsWith(list: readonly string[], start: readonly string[]): boolean {
  return start.every((member, i) => list[i] === member);
}

function invalidProfiles({ seen }: Run): readonly InvalidItem[] {
  return seen.invalid.filter(isProfileItem);
}
