import { isJsonObject, type JsonObject } from '../json-object.ts';

const SHOWN_UNITS = 80;

/** Why Relay would not take a profile, gathered while it is read. */
export class Reasons {
  readonly list: string[] = [];

  add(reason: string): void {
    this.list.push(reason);
  }

  /** The member if it is an object; a reason, and nothing to look into, if not. */
  object(parent: JsonObject, key: string): JsonObject | undefined {
    const value = parent[key];
    if (isJsonObject(value)) return value;
    this.add(`\`${key}\` is ${show(value)}, not an object`);
    return undefined;
  }

  /** Expects a value that `accepts` takes. @param path the key, behind those that lead to its parent. @param expected in words */
  expect(parent: JsonObject, path: string, accepts: Accepts, expected: string): void {
    const value = parent[path.slice(path.lastIndexOf('.') + 1)];
    if (!accepts(value)) this.add(`\`${path}\` is ${show(value)}, not ${expected}`);
  }

  /** One mistake that stands in each of a hundred thousand members is one reason. */
  first(members: readonly unknown[], reasonFor: (member: unknown) => string | undefined): void {
    for (const [index, member] of members.entries()) {
      const reason = reasonFor(member);
      if (reason !== undefined) {
        this.add(`${reason} (index ${index})`);
        return;
      }
    }
  }
}

export type Accepts = (value: unknown) => boolean;

/** A value for a message: short, however large it is. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = JSON.stringify(value);
  return text.length > SHOWN_UNITS ? `${text.slice(0, SHOWN_UNITS)}…` : text;
}
