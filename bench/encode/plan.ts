import { type CaseOptions, CONTENDERS } from './types.ts';

/** A size of profile, and how it is sent. */
export interface Scenario {
  readonly name: string;
  readonly copies: number;
  readonly rounds: number;
  /** Processes for each contender, without and with an observer of the event loop. */
  readonly plainRuns: number;
  readonly observedRuns: number;
  readonly nodeFlags: readonly string[];
}

/** A process to run. */
export interface Case {
  readonly scenario: Scenario;
  readonly options: Omit<CaseOptions, 'profilePath' | 'sinkPort'>;
}

const MB = 1e6;
const ROUNDS_WHEN_WARM = 15;
/** The object graph of the largest profile does not fit the default heap. */
const LARGE_HEAP = ['--max-old-space-size=8192'];

/** @param profileBytes size of the recorded profile as JSON */
export function planScenarios(profileBytes: number, isQuick: boolean): Scenario[] {
  const copiesFor = (bytes: number): number => Math.ceil(bytes / profileBytes);
  const all: Scenario[] = [
    { name: 'single', copies: 1, rounds: 1, plainRuns: 5, observedRuns: 3, nodeFlags: [] },
    { name: 'warm', copies: 1, rounds: ROUNDS_WHEN_WARM, plainRuns: 3, observedRuns: 0, nodeFlags: [] },
    { name: '60 MB', copies: copiesFor(60 * MB), rounds: 1, plainRuns: 5, observedRuns: 3, nodeFlags: [] },
    {
      name: '600 MB',
      copies: copiesFor(600 * MB),
      rounds: 1,
      plainRuns: 3,
      observedRuns: 3,
      nodeFlags: LARGE_HEAP,
    },
  ];
  if (!isQuick) return all;
  return all
    .filter(({ name }) => name !== '600 MB')
    .map((scenario) => ({ ...scenario, plainRuns: 1, observedRuns: Math.min(1, scenario.observedRuns) }));
}

/** The processes of a scenario in order: contenders in turn, so that a slow minute of the machine meets all of them. */
export function planCases(scenario: Scenario): Case[] {
  const { copies, rounds, plainRuns, observedRuns } = scenario;
  const cases: Case[] = [];
  for (let run = 0; run < plainRuns + observedRuns; run++) {
    for (const contender of CONTENDERS) {
      cases.push({ scenario, options: { contender, copies, rounds, isObserved: run >= plainRuns } });
    }
  }
  return cases;
}
