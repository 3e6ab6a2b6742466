import fc from 'fast-check';
import { anyHostile, type Hostile, HostileError } from './hostile-values.ts';

/** A member of an object or a list, at any depth. */
export type Path = readonly string[];

/** How a member is broken. */
export type Action =
  | { readonly kind: 'replace'; readonly by: Hostile }
  /** Puts one beside it. */
  | { readonly kind: 'add'; readonly key: string; readonly value: Hostile }
  | { readonly kind: 'delete' | 'duplicate' | 'hide' }
  | { readonly kind: 'getter'; readonly gives: 'the same' | 'an error' | 'something else each time' };

/** One thing to break, at the place of that number among all places of a value. */
export interface Breakage {
  readonly place: number;
  readonly action: Action;
}

/** A change of one member of a value. */
export interface Damage {
  readonly path: Path;
  readonly action: Action;
}

/** Keys that mean something to whoever copies, compares, awaits or encodes an object. */
const MEANINGFUL_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toJSON',
  'length',
  'then',
  'valueOf',
  'toString',
  'hasOwnProperty',
  'type',
  'platform',
  'sent_at',
  '',
  '0',
  '-1',
];

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: anyHostile.map((by): Action => ({ kind: 'replace', by })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...MEANINGFUL_KEYS), anyHostile)
      .map(([key, value]): Action => ({ kind: 'add', key, value })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Action>({ kind: 'delete' }, { kind: 'duplicate' }, { kind: 'hide' }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Action>(
      { kind: 'getter', gives: 'the same' },
      { kind: 'getter', gives: 'an error' },
      { kind: 'getter', gives: 'something else each time' },
    ),
  },
);

export const breakage: fc.Arbitrary<Breakage> = fc.record({ place: fc.nat(1_000_000), action });

/** Of each list: one is like another, and samples and frames would otherwise leave no place for anything else. */
const PLACES_OF_A_LIST = 4;

/** Every member of a value but bytes, the nearest first. */
export function placesOf(root: object): Path[] {
  const places: Path[] = [];
  const open: [object, Path][] = [[root, []]];
  for (const [container, path] of open) {
    const keys = Object.keys(container);
    for (const key of Array.isArray(container) ? keys.slice(0, PLACES_OF_A_LIST) : keys) {
      const place = [...path, key];
      places.push(place);
      const value = (container as Record<string, unknown>)[key];
      if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
        open.push([value, place]);
      }
    }
  }
  return places;
}

/** Breaks a value that holds nothing hostile yet. Each place is found before anything is broken. */
export function breakValue(root: object, breakages: readonly Breakage[]): Damage[] {
  const places = placesOf(root);
  const damages = breakages.map(({ place, action }) => ({
    path: places[place % places.length] as Path,
    action,
  }));
  damage(root, damages);
  return damages;
}

/** Does damage that is written down. */
export function damage(root: object, damages: readonly Damage[]): void {
  const targets = damages.map(({ path, action }) => ({ ...memberAt(root, path), action }));
  for (const { parent, key, action } of targets) {
    try {
      breakMember(parent, key, action);
    } catch {
      // A member that is broken already may not let itself be copied or frozen.
    }
  }
}

export function describeDamage({ path, action }: Damage): string {
  const place = path.join('.');
  if (action.kind === 'replace') return `${place}: replaced by ${action.by.name}`;
  if (action.kind === 'add') return `${place}: beside it ${JSON.stringify(action.key)}, ${action.value.name}`;
  return action.kind === 'getter' ? `${place}: a getter of ${action.gives}` : `${place}: ${action.kind}`;
}

/** Whether the member still reads the same each time. */
export function isStable({ action }: Damage): boolean {
  return action.kind !== 'getter' || action.gives !== 'something else each time';
}

function memberAt(root: object, path: Path): { parent: object; key: string } {
  let parent = root;
  for (const key of path.slice(0, -1)) parent = (parent as Record<string, object>)[key] as object;
  return { parent, key: path.at(-1) as string };
}

function breakMember(parent: object, key: string, action: Action): void {
  // An earlier breakage may have frozen it, removed it, or made a getter of it.
  const own = Object.getOwnPropertyDescriptor(parent, key);
  if (own?.configurable !== true) return;
  const original: unknown = own.value;
  switch (action.kind) {
    case 'replace':
      put(parent, key, { value: action.by.make(original, parent), writable: true });
      break;
    case 'add':
      put(parent, action.key, { value: action.value.make(original, parent), writable: true });
      break;
    case 'duplicate':
      if (Array.isArray(parent) && Object.isExtensible(parent)) parent.push(original);
      break;
    case 'delete':
      Reflect.deleteProperty(parent, key);
      break;
    case 'hide':
      put(parent, key, { enumerable: false, value: original, writable: true });
      break;
    case 'getter':
      put(parent, key, { get: getterOf(original, action.gives) });
  }
}

function put(target: object, key: string, descriptor: PropertyDescriptor): void {
  // A list takes only a number for its length, and gives up members for it; with another constructor no method of it works.
  if (Array.isArray(target) && (key === 'length' || key === 'constructor')) return;
  // False where an earlier breakage has frozen something.
  Reflect.defineProperty(target, key, { enumerable: true, configurable: true, ...descriptor });
}

function getterOf(original: unknown, gives: string): () => unknown {
  let reads = 0;
  return () => {
    if (gives === 'an error') throw new HostileError('getter');
    return gives === 'the same' || reads++ % 2 === 0 ? original : reads;
  };
}
