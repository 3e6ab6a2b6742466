import type { Scenario } from './plan.ts';
import { summarize } from './summary.ts';
import type { Report } from './table.ts';

/** Indices and times get longer as a profile is scaled: the length of an unchanged one is the truth, if one arrived. */
export function profileBytesOf(scenario: Scenario, { profile, runs }: Report): number {
  const { payloadBytes } = summarize(runs, scenario.name, 'json-ext');
  return Number.isNaN(payloadBytes) ? profile.bytes * scenario.copies : payloadBytes;
}
