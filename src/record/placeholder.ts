import { inspect } from 'node:util';
import type { Frame, Sample } from '../profile/types.ts';

/** A profile as `stopProfiling` returns it. */
export interface MadeProfile {
  samples: Sample[];
  stacks: number[][];
  frames: Frame[];
  measurements: object;
}

/** Makes the profile that a placeholder stands for. */
export interface ProfileSource {
  /** About how many samples it has; undefined where the SDK does not ask for that. */
  readonly expectedSamples: number | undefined;
  make(): MadeProfile;
}

/** The profile that each list stands for, whoever holds it. */
const sources = new WeakMap<object, ProfileSource>();

/** Lists that somebody has looked into: from then on they are what counts, for he may have changed them. */
const revealed = new WeakSet<ProfileSource>();

/**
 * What stands for a profile until it is sent. To the SDK it is a profile, and whoever looks into one of its lists finds what V8 has
 * recorded: all of it is made then.
 */
export function createPlaceholder(source: ProfileSource): object {
  const targets: MadeProfile = { samples: [], stacks: [], frames: [], measurements: {} };
  const reveal = (): void => {
    if (revealed.has(source)) return;
    revealed.add(source);
    const made = source.make();
    for (const name of ['samples', 'stacks', 'frames', 'measurements'] as const) {
      delete (targets[name] as { [inspect.custom]?: unknown })[inspect.custom];
      Object.assign(targets[name], made[name]);
    }
  };
  const standIn = (target: object, readLength?: () => number | undefined): object => {
    // Node prints the target of a proxy without asking the proxy.
    const print = (): object => {
      reveal();
      return target;
    };
    Object.defineProperty(target, inspect.custom, { value: print, configurable: true, enumerable: false });
    const proxy = new Proxy(target, revealing(reveal, readLength));
    sources.set(proxy, source);
    return proxy;
  };
  let isAsked = false;
  // The SDK asks for the number of samples, once, to throw away what has less than two. Who asks later may count on the answer.
  const tellLength = (): number | undefined => {
    const length = isAsked || revealed.has(source) ? undefined : source.expectedSamples;
    isAsked = true;
    return length;
  };
  return {
    samples: standIn(targets.samples, tellLength),
    stacks: standIn(targets.stacks),
    frames: standIn(targets.frames),
    profiler_logging_mode: 'eager',
    resources: [],
    measurements: standIn(targets.measurements),
  };
}

/** What a payload is made of, where it has a list that stood for a profile. */
export interface FoundSource {
  readonly source: ProfileSource;
  /** Whether all of its lists still do: nobody has looked into them, and none was replaced. */
  readonly isUntouched: boolean;
}

export function sourceOf(payload: object): FoundSource | undefined {
  const { samples, stacks, frames } = (payload as { profile?: Partial<MadeProfile> }).profile ?? {};
  const found = [samples, stacks, frames].map((list) => sources.get(Object(list)));
  const source = found.find((one) => one !== undefined);
  if (source === undefined) return undefined;
  return { source, isUntouched: !revealed.has(source) && found.every((one) => one === source) };
}

/** @param readLength the length of a list that nobody has looked into yet */
function revealing(reveal: () => void, readLength?: () => number | undefined): ProxyHandler<object> {
  return {
    get(target, key, receiver) {
      const length = key === 'length' ? readLength?.() : undefined;
      if (length !== undefined) return length;
      reveal();
      return Reflect.get(target, key, receiver);
    },
    set(target, key, value, receiver) {
      reveal();
      return Reflect.set(target, key, value, receiver);
    },
    has(target, key) {
      reveal();
      return Reflect.has(target, key);
    },
    deleteProperty(target, key) {
      reveal();
      return Reflect.deleteProperty(target, key);
    },
    defineProperty(target, key, descriptor) {
      reveal();
      return Reflect.defineProperty(target, key, descriptor);
    },
    getOwnPropertyDescriptor(target, key) {
      reveal();
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    // A frozen target could not be filled any more.
    preventExtensions(target) {
      reveal();
      return Reflect.preventExtensions(target);
    },
    ownKeys(target) {
      reveal();
      return Reflect.ownKeys(target);
    },
  };
}
