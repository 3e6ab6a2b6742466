import { isJsonObject, type JsonObject } from './json-object.ts';
import { NoProfileError } from './no-profile-error.ts';

/** Sentry's sample formats: `v1` comes with a transaction, `v2` is a chunk of continuous profiling. */
export type SampleFormat = 'v1' | 'v2';

/** A payload as it was parsed. It has the three lists; nothing is known of their members, nor of anything else. */
export interface Payload {
  readonly format: SampleFormat;
  readonly json: JsonObject;
  readonly samples: readonly unknown[];
  readonly stacks: readonly unknown[];
  readonly frames: readonly unknown[];
}

/** @throws NoProfileError if the text is no JSON, or has no lists of a profile */
export function parsePayload(text: string): Payload {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new NoProfileError(`it is not JSON: ${(error as Error).message}`);
  }
  if (!isJsonObject(json)) throw new NoProfileError('it is no JSON object');
  const { profile } = json;
  if (!isJsonObject(profile)) throw new NoProfileError(whyNoProfile(json));
  const { samples, stacks, frames } = profile;
  if (!Array.isArray(samples)) throw new NoProfileError('it has no list `profile.samples`');
  if (!Array.isArray(stacks)) throw new NoProfileError('it has no list `profile.stacks`');
  if (!Array.isArray(frames)) throw new NoProfileError('it has no list `profile.frames`');
  return { format: formatOf(json, samples[0]), json, samples, stacks, frames };
}

function whyNoProfile(json: JsonObject): string {
  if ('sampled_profile' in json) return "it is in Android's binary format, which is not read";
  if ('timeDeltas' in json)
    return 'it is a .cpuprofile, which DevTools, VS Code and speedscope open as it is';
  return 'it has no object `profile`';
}

/** By the version. If that is wrong, the times of the samples tell the format. */
function formatOf({ version }: JsonObject, sample: unknown): SampleFormat {
  if (version === '1' || version === '2') return `v${version}`;
  return isJsonObject(sample) && 'timestamp' in sample ? 'v2' : 'v1';
}
