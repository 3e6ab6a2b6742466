import type { Frame, Sample } from '../profile/types.ts';

/** A recorded profile, as objects. */
export interface MadeProfile {
  readonly samples: Sample[];
  readonly stacks: number[][];
  readonly frames: Frame[];
  readonly measurements: object;
  readonly images: unknown[];
}

/** Makes the objects of a profile. */
export interface ProfileSource {
  make(): MadeProfile;
}

/** The members of a payload that come from the recording. */
interface Recorded {
  profile: object;
  measurements: object;
  debug_meta: object;
}

/** A payload whose recorded members are made when somebody reads one of them. */
export interface StandIn {
  readonly source: ProfileSource;
  /** Whether nobody has read one yet. Somebody who has may have changed it. */
  readonly isUntouched: boolean;
  /** The members beside the recorded lists and beside the debug images. */
  readonly around: Partial<Pick<Recorded, 'profile' | 'debug_meta'>>;
}

/** The SDK throws away a profile with less than two samples. */
const STUB_SAMPLES: readonly object[] = [{}, {}];

const standIns = new WeakMap<object, () => StandIn>();
/** Sources by the `samples` of their stubs, and by the lists that were made of them. */
const stubs = new WeakMap<object, ProfileSource>();
const made = new WeakMap<object, ProfileSource>();

/**
 * Stands in the SDK's hands for a profile. The SDK counts the samples, and hands the rest on.
 *
 * @param source the profile, if the SDK puts the stub into a payload itself. A stub without a source has to be taken out again
 */
export function createStub(source?: ProfileSource): object {
  const samples = source === undefined ? STUB_SAMPLES : [...STUB_SAMPLES];
  if (source !== undefined) stubs.set(samples, source);
  return { samples, stacks: [], frames: [], profiler_logging_mode: 'eager', resources: [], measurements: {} };
}

/** Whether a payload has a stub without a source in it. */
export function isEmptyStub(payload: unknown): boolean {
  return (payload as { profile?: { samples?: unknown } } | null)?.profile?.samples === STUB_SAMPLES;
}

/** Makes a stand-in of a payload: its recorded members are made when somebody reads one of them. */
export function standInFor(payload: object, source: ProfileSource): void {
  const { profile, debug_meta } = payload as Partial<Recorded>;
  const around = { ...(profile && { profile }), ...(debug_meta && { debug_meta }) };
  let values: Recorded | undefined;
  const reveal = (): Recorded => {
    const { samples, stacks, frames, measurements, images } = source.make();
    for (const list of [samples, stacks, frames]) made.set(list, source);
    values = {
      profile: { ...profile, samples, stacks, frames },
      measurements,
      debug_meta: { ...debug_meta, images },
    };
    return values;
  };
  for (const name of ['profile', 'measurements', 'debug_meta'] as const) {
    Object.defineProperty(payload, name, {
      get: () => (values ?? reveal())[name],
      set: (value: object) => {
        (values ?? reveal())[name] = value;
      },
      configurable: true,
      enumerable: true,
    });
  }
  const isWhole = (): boolean => Object.getOwnPropertyDescriptor(payload, 'profile')?.get !== undefined;
  standIns.set(payload, () => ({ source, isUntouched: values === undefined && isWhole(), around }));
}

/** The source of the stub that the SDK has put into a payload. */
export function stubSourceOf(payload: object): ProfileSource | undefined {
  const { samples } = (payload as { profile?: Partial<MadeProfile> }).profile ?? {};
  return stubs.get(Object(samples));
}

/** The stand-in that a payload is, or was until somebody read it. */
export function readStandIn(payload: object): StandIn | undefined {
  const standIn = standIns.get(payload)?.();
  if (standIn !== undefined) return standIn;
  const { profile } = payload as { profile?: Partial<MadeProfile> };
  const stubSource = stubSourceOf(payload);
  if (stubSource !== undefined) return { source: stubSource, isUntouched: true, around: payload };
  const lists = [profile?.samples, profile?.stacks, profile?.frames];
  const source = lists.map((list) => made.get(Object(list))).find((one) => one !== undefined);
  return source && { source, isUntouched: false, around: {} };
}
