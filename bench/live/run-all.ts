import { Progress } from '../support/progress.ts';
import { measure, type Subject } from './measure.ts';
import type { Measurement } from './measurement.ts';
import { MODES, type Mode, type Sdk } from './messages.ts';
import { warningsOf } from './warnings.ts';

/** A load that runs once in each mode, so that the modes can be compared. */
export interface Case {
  readonly name: string;
  readonly sdk: Sdk;
  readonly subject: Subject;
}

/** One server of one case. */
export interface Run {
  readonly name: string;
  readonly mode: Mode;
  readonly round: number;
  /** Undefined if there is a failure. */
  readonly measurement: Measurement | undefined;
  readonly failure: string | undefined;
}

/** A server and a relay take about this long to start, and to deliver the last profiles. */
const AROUND_LOAD_MS = 3000;

/** Runs each case in each mode, in turn, so that a slow minute of the machine meets all of them. */
export async function runAll(cases: readonly Case[], rounds: number): Promise<Run[]> {
  const onceMs = cases.reduce((sum, { subject }) => sum + subject.loadMs + AROUND_LOAD_MS, 0);
  const progress = new Progress(onceMs * MODES.length * rounds);
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { name, sdk, subject } of cases) {
      for (const mode of MODES) {
        progress.step(`${name}: ${mode}`, subject.loadMs + AROUND_LOAD_MS);
        runs.push({ name, mode, round, ...(await attempt(subject, sdk, mode)) });
      }
    }
  }
  progress.stop();
  for (const warning of warningsOf(runs)) console.log(`Warning: ${warning}`);
  return runs;
}

/** To run out of memory is a result too. */
async function attempt(
  subject: Subject,
  sdk: Sdk,
  mode: Mode,
): Promise<Pick<Run, 'measurement' | 'failure'>> {
  try {
    return { measurement: await measure(subject, sdk, mode), failure: undefined };
  } catch (error) {
    return { measurement: undefined, failure: error instanceof Error ? error.message : String(error) };
  }
}
