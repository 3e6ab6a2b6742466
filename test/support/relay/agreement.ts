import { parseEnvelope } from '@sentry/core';
import type { ParsedEnvelope } from './envelope.ts';

/**
 * Reads the same bytes with the SDK's own parser and says where it disagrees with ours, so that a mistake
 * in either is seen. Undefined when they agree.
 */
export function disagreementWithSdk(bytes: Buffer, ours: ParsedEnvelope): string | undefined {
  let theirs: ReturnType<typeof parseEnvelope>;
  try {
    theirs = parseEnvelope(bytes);
  } catch (error) {
    return `@sentry/core cannot parse it: ${(error as Error).message}`;
  }
  const [header, items] = theirs;
  if (!sameJson(header, ours.header)) {
    return '@sentry/core reads another envelope header';
  }
  if (items.length !== ours.items.length) {
    return `@sentry/core reads ${items.length} items, not ${ours.items.length}`;
  }
  for (const [index, item] of ours.items.entries()) {
    const [itemHeader, payload] = items[index] as [unknown, unknown];
    if (!sameJson(itemHeader, item.header)) {
      return `@sentry/core reads another header of item ${index}`;
    }
    if (!samePayload(payload, item.payload)) {
      return `@sentry/core reads another payload of item ${index}`;
    }
  }
  return undefined;
}

function samePayload(theirs: unknown, ours: Buffer): boolean {
  if (theirs instanceof Uint8Array) {
    return ours.equals(theirs);
  }
  try {
    return sameJson(theirs, JSON.parse(ours.toString('utf8')));
  } catch {
    return false;
  }
}

// Written by hand because the deep equality of node:util takes seconds on a profile of 60 MB.
function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
    return a === b;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && sameJson(left[key], right[key]))
  );
}
