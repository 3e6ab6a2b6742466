import { beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { createWork } from '../sdk/scenarios/named-work.mjs';
import { type Payload, profiledTransaction, type SdkEnvelope } from '../support/envelopes.ts';
import { bindings, TRANSACTION } from '../support/native-profiler.ts';
import { type Delivered, deliver, profileIn } from './delivered.ts';
import { expectSameTimes, selfAndTotalTimes, type Times } from './times.ts';

const PHASES = ['parseOrders', 'priceOrders', 'sortOrders', 'renderPage'].map(createWork);
const ROUNDS = 15;
const PHASE_MS = 30;

let envelope: SdkEnvelope;
let jsonBytes: number;
let recorded: Times;
beforeAll(() => {
  envelope = profiledTransaction({ profile: recordPhases() });
  jsonBytes = JSON.stringify(profileIn(envelope)).length;
  recorded = selfAndTotalTimes(profileIn(envelope));
});

/** Phases of several lengths, each in a function of its own. */
function recordPhases(): Payload {
  bindings.startProfiling('phases');
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, phase] of PHASES.entries()) phase(PHASE_MS * (1 + ((i + round) % 3)));
  }
  const { samples, stacks, frames } = bindings.stopProfiling('phases', TRANSACTION) as Payload;
  return { samples, stacks, frames: frames.map(counted), thread_metadata: { 0: { name: 'main' } } };
}

/** A function without a name counts for nothing, and one of the app is given the time of system functions that work for it. */
function counted(frame: Payload): Payload {
  const name = frame.function || `anonymous ${frame.lineno}:${frame.colno}`;
  return { ...frame, function: name, in_app: false };
}

describe.each([0.8, 0.5])('a transaction’s profile thinned to %d of its bytes', (share) => {
  let delivered: Delivered;
  let thinned: Times;
  beforeAll(async () => {
    delivered = await deliver(envelope, { maxItemBytes: Math.floor(share * jsonBytes) });
    expect(delivered.stats.oversized.thinned).toBe(1);
    thinned = selfAndTotalTimes(...delivered.arrived);
  });

  test('keeps the whole time', () => {
    expect(sum(thinned)).toBe(sum(recorded));
  });

  test('moves the time of no function by more than one of its samples stands for', () => {
    expectSameTimes(thinned, recorded, Math.max(...delivered.arrived.flatMap(intervalsNs)));
  });

  test('moves self times by the selfTimeDistance that the statistics tell', () => {
    expect(delivered.stats.oversized.selfTimeDistance).toBeCloseTo(distance(thinned, recorded), 9);
  });
});

function intervalsNs({ profile: { samples } }: Profile): number[] {
  const times = samples.map((sample) => Number(sample.elapsed_since_start_ns));
  return times.slice(1).map((time, i) => time - (times[i] ?? 0));
}

/** The total variation distance of two distributions of self time. */
function distance(a: Times, b: Times): number {
  const names = [...new Set([...a.keys(), ...b.keys()])];
  const shareOf = (times: Times, name: string): number => (times.get(name)?.selfNs ?? 0) / sum(times);
  return names.reduce((total, name) => total + Math.abs(shareOf(a, name) - shareOf(b, name)), 0) / 2;
}

function sum(times: Times): number {
  return [...times.values()].reduce((total, { selfNs }) => total + selfNs, 0);
}
