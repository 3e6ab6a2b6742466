import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { measureJson } from '../../src/encode/measure.ts';
import { compactProfile, encodeProfile, type Profile } from '../../src/encoder.ts';
import { type Pace, runToEnd } from '../../src/pace/pace.ts';
import { compact } from '../../src/profile/compact.ts';
import { type AnyProfile, resolveSamples, untouchedJson } from '../support/profiles.ts';
import { Problems } from '../support/relay/fields.ts';
import { checkTables } from '../support/relay/profile-data.ts';
import { HostileError } from './hostile-values.ts';
import { prototypeSnapshot, snapshot } from './snapshot.ts';

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function outcomeOf<T>(work: () => T): Outcome<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/** Far more than any case here needs: a loop that asks for a pause so often would go on for ever. */
const MAX_ASKS = 1_000_000;

function endingPace(): Pace {
  let asks = 0;
  return {
    isOver() {
      if (++asks > MAX_ASKS) throw new Error('Expected it to end');
      return false;
    },
  };
}

/**
 * Whatever a profile is, compacting and encoding it either throws an error that tells that it is broken, or does as promised;
 * and neither it nor anything global is changed by that.
 *
 * @param build the same profile anew
 * @param isStable whether it reads the same each time: only then can the results be compared
 */
export function expectSoundProfile(build: () => AnyProfile, isStable = true): void {
  const expectPrototypes = prototypeSnapshot();
  const profile = build();
  const expectUnchanged = snapshot(profile);
  const json = outcomeOf(() => JSON.stringify(profile) as string | undefined);
  checkEncoding(profile, json, isStable);
  checkCompaction(profile, json, isStable);
  expectUnchanged();
  expectPrototypes();
}

function checkEncoding(profile: AnyProfile, json: Outcome<string | undefined>, isStable: boolean): void {
  const measured = outcomeOf(() => runToEnd(measureJson(profile, endingPace())).bytes);
  expectSoundError(measured, json, isStable);
  if ('error' in measured) {
    const isDeep = /levels/.test(String(measured.error));
    const isRefused = 'error' in json || json.value === undefined || isDeep;
    if (isStable) assert.ok(isRefused, `Refused what JSON.stringify takes: ${String(measured.error)}`);
    return;
  }
  const encoded = outcomeOf(() => Buffer.concat([...encodeProfile(profile)]));
  expectSoundError(encoded, json, isStable);
  if (!isStable) return;
  if ('error' in json) assert.fail(`Encoded what JSON.stringify refuses: ${String(json.error)}`);
  if ('error' in encoded) assert.fail(`Measured what can't be encoded: ${String(encoded.error)}`);
  // Not a deep comparison: its diff of two large texts takes minutes.
  assert.ok(encoded.value.equals(Buffer.from(json.value ?? '')), 'Encoded other bytes than JSON.stringify');
  assert.equal(measured.value, encoded.value.length);
}

function checkCompaction(profile: AnyProfile, json: Outcome<string | undefined>, isStable: boolean): void {
  const steps = outcomeOf(() => runToEnd(compact(profile, endingPace())));
  expectSoundError(steps, json, isStable);
  if (!isStable || 'error' in json || json.value === undefined) return;
  const parsed = JSON.parse(json.value) as Profile;
  if ('error' in steps) {
    const isSound = isPlain(profile, parsed) && hasSoundTables(parsed);
    assert.ok(!isSound, `Refused a sound profile: ${String(steps.error)}`);
  } else if (hasSoundIndexes(parsed)) {
    const compact = compactProfile(profile);
    assert.deepEqual(resolveSamples(compact), resolveSamples(parsed));
    assert.equal(untouchedJson(compact), untouchedJson(profile));
  }
}

/** An error tells of the profile: it is its own error, a TypeError, or one that `JSON.stringify` throws as well. */
function expectSoundError(outcome: Outcome<unknown>, json: Outcome<unknown>, isStable: boolean): void {
  if (!('error' in outcome)) return;
  const { error } = outcome;
  if (error instanceof TypeError || error instanceof HostileError) return;
  // A profile that grows while it is encoded does not fit where it fitted before.
  if (error instanceof RangeError && !isStable) return;
  // A frame is asked for its JSON, which may be too deep for that, before anything else that is broken is met.
  if (error instanceof RangeError && error.message.includes('call stack')) return;
  const isShared = 'error' in json && (json.error as object).constructor === (error as object).constructor;
  assert.ok(isShared, `Threw ${(error as Error).stack}`);
}

function isPlain(value: unknown, parsed: unknown): boolean {
  const outcome = outcomeOf(() => isDeepStrictEqual(value, parsed));
  return 'value' in outcome && outcome.value;
}

function hasSoundTables(parsed: AnyProfile): boolean {
  const problems = new Problems();
  checkTables(parsed?.profile ?? {}, problems);
  return problems.list.length === 0;
}

/** Whether every sample leads to a list of frames: then those can be compared. */
function hasSoundIndexes(parsed: Profile): boolean {
  return 'value' in outcomeOf(() => resolveSamples(parsed));
}
