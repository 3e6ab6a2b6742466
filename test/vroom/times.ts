import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { PYTHON } from './install.ts';

const SENTRY = fileURLToPath(new URL('sentry.py', import.meta.url));
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Of the functions that differ: a split that loses time changes hundreds. */
const MAX_SHOWN = 5;

/** How long a function took without those that it called, and with them. */
export interface FunctionTimes {
  readonly selfNs: number;
  readonly totalNs: number;
}

/** By package and name: Sentry tells functions apart by these. */
export type Times = ReadonlyMap<string, FunctionTimes>;

const NONE: FunctionTimes = { selfNs: 0, totalNs: 0 };

/**
 * The times of each function as Sentry's own library makes them, in all these profiles together.
 *
 * @param payloads of items as the SDK builds them or as they arrive: v1, of which the library sees the active thread only,
 * or v2
 * @throws Error with the reason if the library refuses one of them
 */
export function selfAndTotalTimes(...payloads: Profile[]): Times {
  const input = payloads.map((payload) => JSON.stringify(payload)).join('\n');
  const { stdout, stderr, status } = spawnSync(PYTHON, [SENTRY], {
    input,
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (status !== 0) throw new Error(`sentry.py ended with ${status}: ${stderr}`);
  const answers = stdout.trimEnd().split('\n');
  return sumOf(answers.flatMap((answer) => functionsOf(JSON.parse(answer) as Answer)));
}

/** Each function of one has the times that it has in the other, and there are some. */
export function expectSameTimes(actual: Times, expected: Times, toleranceNs = 0): void {
  expect(expected.size).toBeGreaterThan(0);
  const different = [...new Set([...actual.keys(), ...expected.keys()])]
    .map((name) => ({ name, is: actual.get(name) ?? NONE, should: expected.get(name) ?? NONE }))
    .filter((difference) => sizeOf(difference) > toleranceNs)
    .sort((a, b) => sizeOf(b) - sizeOf(a));
  expect(different.slice(0, MAX_SHOWN), `${different.length} functions differ`).toEqual([]);
}

function sizeOf({ is, should }: { is: FunctionTimes; should: FunctionTimes }): number {
  return Math.max(Math.abs(is.selfNs - should.selfNs), Math.abs(is.totalNs - should.totalNs));
}

interface FunctionAnswer {
  readonly function: string;
  readonly package: string;
  readonly self_ns: number;
  readonly total_ns: number;
}

/** A line from `sentry.py`. */
type Answer = { readonly functions: readonly FunctionAnswer[] } | { readonly error: string };

function functionsOf(answer: Answer): readonly FunctionAnswer[] {
  if ('error' in answer) throw new Error(`Sentry refuses it: ${answer.error}`);
  return answer.functions;
}

function sumOf(functions: readonly FunctionAnswer[]): Times {
  const times = new Map<string, FunctionTimes>();
  for (const { function: name, package: packageName, self_ns, total_ns } of functions) {
    const key = packageName === '' ? name : `${packageName} ${name}`;
    const { selfNs, totalNs } = times.get(key) ?? NONE;
    times.set(key, { selfNs: selfNs + self_ns, totalNs: totalNs + total_ns });
  }
  return times;
}
