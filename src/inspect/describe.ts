import { compactProfile, MalformedProfileError, measureProfile, type Profile } from '../encoder.ts';
import { countDistinct, type Distinct } from './distinct.ts';
import { type HotFunction, timeShares } from './hottest.ts';
import type { JsonObject } from './json-object.ts';
import type { SampleFormat } from './payload.ts';
import type { ReadProfile } from './read-profile.ts';
import { sizeReasons } from './relay/envelope-reasons.ts';
import { payloadReasons } from './relay/payload-reasons.ts';
import type { Timeline } from './timelines.ts';

/** The output of `--json` for a profile. */
export interface Report {
  readonly format: SampleFormat;
  /** How many entries each list has. */
  readonly samples: number;
  readonly stacks: number;
  readonly frames: number;
  /** As `JSON.stringify` writes them. */
  readonly bytes: {
    readonly total: number;
    readonly samples: number;
    readonly stacks: number;
    readonly frames: number;
  };
  readonly distinct: Distinct;
  /** The rest of `bytes.total` after compaction; null for a profile that is too broken for it. */
  readonly compactBytes: number | null;
  readonly relay: { readonly accepted: boolean; readonly reasons: readonly string[] };
  readonly hottest: readonly HotFunction[];
}

/** Figures for people, printed beside the report. */
export interface Description {
  readonly report: Report;
  readonly platform: string;
  readonly threads: number;
  /** From the first sample to the last one, of all threads. */
  readonly durationMs: number;
  /** The share of time in which nothing ran: 0 to 1. */
  readonly idleShare: number;
}

/**
 * Says what a profile is made of. Why Relay would refuse the envelope around it is not known yet.
 *
 * @param header the header of its item; empty for a payload without an envelope
 * @param bytes as it stands in the file
 */
export function describeProfile(profile: ReadProfile, header: JsonObject, bytes: number): Description {
  const { payload, timelines } = profile;
  const { format, json, samples, stacks, frames } = payload;
  const reasons = [...payloadReasons(payload, header), ...sizeReasons(bytes)];
  const { hottest, idleShare } = timeShares(profile);
  const report = {
    format,
    samples: samples.length,
    stacks: stacks.length,
    frames: frames.length,
    bytes: {
      total: measureProfile(json),
      samples: measureProfile(samples),
      stacks: measureProfile(stacks),
      frames: measureProfile(frames),
    },
    distinct: countDistinct(payload),
    compactBytes: compactBytes(json),
    relay: { accepted: reasons.length === 0, reasons },
    hottest,
  };
  const platform = typeof json.platform === 'string' ? json.platform : 'unknown platform';
  return { report, platform, threads: timelines.length, durationMs: durationMs(timelines), idleShare };
}

function compactBytes(json: JsonObject): number | null {
  try {
    return measureProfile(compactProfile(json as unknown as Profile));
  } catch (error) {
    if (error instanceof MalformedProfileError) return null;
    throw error;
  }
}

function durationMs(timelines: readonly Timeline[]): number {
  let [firstUs, lastUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { timesUs } of timelines) {
    firstUs = Math.min(firstUs, timesUs[0] ?? firstUs);
    lastUs = Math.max(lastUs, timesUs.at(-1) ?? lastUs);
  }
  return lastUs < firstUs ? 0 : (lastUs - firstUs) / 1000;
}
