import { isDeepStrictEqual, types } from 'node:util';
import type { Profile } from '../../src/profile/types.ts';
import type { SdkEnvelope } from '../support/envelopes.ts';
import { type ResolvedSample, resolveSamples } from '../support/profiles.ts';
import { profileProblems, type RuledItem } from '../support/relay/index.ts';

/** A profile as it is about to be sent. */
export interface SentProfile {
  readonly type: 'profile' | 'profile_chunk';
  /** Its samples with their frames, if those can be resolved. */
  readonly samples: readonly ResolvedSample[] | undefined;
  /** Whether the profiler could have made it, and Relay would take it. */
  readonly isSound: boolean;
}

/** Whether a stock SDK would take it for a profile: an object, in an item of that type. */
export function isProfile(item: unknown): boolean {
  try {
    const [{ type }, payload] = item as SdkEnvelope[1][number];
    if (type !== 'profile' && type !== 'profile_chunk') return false;
    return typeof payload === 'object' && !types.isUint8Array(payload);
  } catch {
    return false;
  }
}

/** Takes the profiles of an envelope down, by JSON. */
export function profilesOf(envelope: SdkEnvelope): SentProfile[] {
  if (!isOpenEnvelope(envelope)) return [];
  const items = Array.from(envelope[1]);
  return items.filter(isProfile).map((item) => describeProfile(item, items));
}

/** The envelope without its profiles: none where nothing is left of it. */
export function withoutProfiles(envelope: SdkEnvelope): SdkEnvelope[] {
  if (!isOpenEnvelope(envelope)) return [envelope];
  const items = Array.from(envelope[1]);
  const rest = items.filter((item) => !isProfile(item));
  if (rest.length === items.length) return [envelope];
  return rest.length > 0 ? [[envelope[0], rest]] : [];
}

/** Anything that can't be read as an envelope, or not be changed, goes on as it came. */
function isOpenEnvelope(envelope: SdkEnvelope): boolean {
  try {
    const [, items] = envelope;
    const read = Array.from(items, (item) => Array.from(item));
    return (
      Array.isArray(items) &&
      !Object.isSealed(items) &&
      read.every(([header]) => typeof header.type === 'string')
    );
  } catch {
    return false;
  }
}

function describeProfile([header, payload]: SdkEnvelope[1][number], items: SdkEnvelope[1]): SentProfile {
  const { type } = header;
  try {
    const json: unknown = JSON.parse(JSON.stringify(payload));
    const isSound =
      isDeepStrictEqual(json, payload) && isShallow(json) && isAccepted({ header, json }, items);
    return { type, samples: resolveSamples(json as Profile), isSound };
  } catch {
    return { type, samples: undefined, isSound: false };
  }
}

/** Relay's parser follows no more levels (serde_json's recursion limit). */
function isShallow(value: unknown, levels = 128): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

function isAccepted(item: RuledItem, items: SdkEnvelope[1]): boolean {
  const envelope = items.map(([header, payload]) => ({
    header,
    json: typeof payload === 'string' ? JSON.parse(payload) : payload,
  }));
  return profileProblems(item, envelope).length === 0;
}
