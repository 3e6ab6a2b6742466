import assert from 'node:assert/strict';
import { types } from 'node:util';

/** The own members of an object, by identity: getters are not called. */
type Members = Record<PropertyKey, PropertyDescriptor>;

const PROTOTYPES = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
];

function membersOf(object: object): Members {
  return Object.getOwnPropertyDescriptors(object) as Members;
}

/** Remembers a value and all that it holds. @returns throws if any of it is not as it was */
export function snapshot(root: unknown): () => void {
  const seen = new Map<object, Members>();
  const open: unknown[] = [root];
  for (const value of open) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    // A proxy has no members of its own, and a list of bytes has too many.
    if (types.isProxy(value) || ArrayBuffer.isView(value)) continue;
    const members = membersOf(value);
    seen.set(value, members);
    for (const key of Reflect.ownKeys(members)) open.push(members[key as string]?.value);
  }
  return () => {
    for (const [object, before] of seen) expectSame(membersOf(object), before);
  };
}

function expectSame(after: Members, before: Members): void {
  const keys = Reflect.ownKeys(before);
  assert.deepEqual(Reflect.ownKeys(after), keys);
  for (const key of keys) {
    const [was, is] = [before[key as string], after[key as string]];
    const isSame = Object.is(was?.value, is?.value) && was?.get === is?.get;
    assert.ok(isSame, `${String(key)} was changed`);
  }
}

/** Remembers the prototypes that everything inherits from. @returns throws if any of them is not as it was */
export function prototypeSnapshot(): () => void {
  const checks = PROTOTYPES.map((prototype) => {
    const before = membersOf(prototype);
    return () => expectSame(membersOf(prototype), before);
  });
  return () => {
    for (const check of checks) check();
  };
}
