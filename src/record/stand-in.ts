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

/** What of a payload has to be recorded first. */
interface Recorded {
  profile: object;
  measurements: object;
  debug_meta: object;
}

/** A payload of which somebody has to look at something before it is made. */
export interface StandIn {
  readonly source: ProfileSource;
  /** Whether nobody has looked yet: who has may have changed it. */
  readonly isUntouched: boolean;
  /** What surrounds the recorded lists, and the debug images. */
  readonly around: Partial<Pick<Recorded, 'profile' | 'debug_meta'>>;
}

/** Less than two the SDK throws away. */
const STUB_SAMPLES: readonly object[] = [{}, {}];

const standIns = new WeakMap<object, () => StandIn>();
/** By the samples of stubs, and by the lists that were made. */
const stubs = new WeakMap<object, ProfileSource>();
const made = new WeakMap<object, ProfileSource>();

/**
 * What the SDK gets in the place of a profile. It asks for the number of samples, and hands the rest on.
 *
 * @param source of a profile that the SDK puts into a payload itself; without one, it has to be taken out again
 */
export function createStub(source?: ProfileSource): object {
  const samples = source === undefined ? STUB_SAMPLES : [...STUB_SAMPLES];
  if (source !== undefined) stubs.set(samples, source);
  return { samples, stacks: [], frames: [], profiler_logging_mode: 'eager', resources: [], measurements: {} };
}

/** Whether a payload has a stub in it that stands for nothing. */
export function isEmptyStub(payload: unknown): boolean {
  return (payload as { profile?: { samples?: unknown } } | null)?.profile?.samples === STUB_SAMPLES;
}

/** Lets a payload that has a stub of this source stand for the whole: what is recorded of it is made when somebody looks. */
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

/** What a payload stands for, or has stood for. */
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
