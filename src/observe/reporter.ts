import type { EventDropReason } from '@sentry/core';
import type { ThinningLoss } from '../deliver/thinning.ts';
import type { Drop, DropReason } from '../options.ts';
import type { ProfileFormat } from '../profile/types.ts';
import type { SkipReason } from '../sampling/admission.ts';
import { debug } from '../sdk.ts';
import { type Delivery, publish, type StateChange } from './channels.ts';
import type { ClientReports } from './client-reports.ts';
import { DebugLog } from './debug-log.ts';
import { DATA_CATEGORIES, DISCARD_REASONS, SKIP_REASONS } from './discard-reasons.ts';
import { HeldBack, type HeldBackStats } from './held-back.ts';
import { Oversized, type OversizedStats } from './oversized.ts';

export interface ReporterDeps {
  readonly reports: ClientReports;
  readonly onDrop: ((drop: Drop) => void) | undefined;
}

/** Why a profile was not taken, for people. */
const SKIP_CAUSES: Readonly<Record<SkipReason, string>> = {
  rate: 'sampling is reduced',
  budget: 'the budget has no room',
  active: '`maxActiveProfiles` are running',
  short: 'V8 took no tick in its time',
};

/** Tells the log, the user and Sentry of losses and changes, and counts events that the ledger does not know. */
export class Reporter {
  /**
   * Whether Sentry is told. Not while the process is being let go with the server unreachable: a client report would keep it, as the
   * SDK's requests have no time limit.
   */
  isReporting = true;
  readonly #deps: ReporterDeps;
  readonly #skipped: Record<SkipReason, number> = { rate: 0, budget: 0, active: 0, short: 0 };
  readonly #oversized = new Oversized();
  readonly #log = new DebugLog();
  readonly #heldBack = new HeldBack();

  constructor(deps: ReporterDeps) {
    this.#deps = deps;
  }

  get skipped(): Readonly<Record<SkipReason, number>> {
    return { ...this.#skipped };
  }

  get oversized(): OversizedStats {
    return this.#oversized.stats;
  }

  get heldBack(): HeldBackStats {
    return this.#heldBack.stats;
  }

  /** A transaction has left, so long after it could have gone without its profile. */
  left(heldBackMs: number): void {
    this.#heldBack.add(heldBackMs);
  }

  /** A profile that the user's own rate had chosen was not taken. */
  skip(format: ProfileFormat, reason: SkipReason): void {
    this.#skipped[reason]++;
    this.#log.log(`skip ${reason}`, `Skipped the profile of a ${format} (${reason}: ${SKIP_CAUSES[reason]})`);
    this.#report(SKIP_REASONS[reason], DATA_CATEGORIES[format]);
    publish('skip', () => ({ format, reason }));
  }

  /** The server has a profile: the ledger has counted it. */
  deliver(delivery: Delivery): void {
    publish('delivered', () => delivery);
  }

  /** The governor has changed its state. @param why the rate is reduced, in figures */
  change(change: StateChange, why: string): void {
    const { to, rate } = change;
    const share = to === 'reduced' ? ` to ${rate.toFixed(2)} of your rate` : '';
    this.#log.log('state', `Sampling is ${to}${share}${to === 'normal' ? ' again' : `: ${why}`}`);
    publish('state', () => change);
  }

  /** The transaction of a profile never came. */
  abandon(id: string): void {
    this.#log.log(
      'abandoned',
      `Gave up the profile ${id}: its transaction never came, something has dropped it`,
    );
  }

  /** Writes a line for a decision that is rare. */
  tell(kind: string, text: string): void {
    this.#log.log(kind, text);
  }

  /** Writes a line about a fault that somebody has to mend. */
  warn(kind: string, text: string): void {
    this.#log.warn(kind, text);
  }

  /** A profile was dropped: the ledger has counted it. */
  drop(drop: Drop): void {
    const { format, reason, bytes, id, detail } = drop;
    this.#log.log(reason, `Dropped the profile of a ${format} (${reason}: ${detail}; ${bytes} bytes): ${id}`);
    publish('drop', () => drop);
    const warn = (error: unknown): void => debug.warn('[BoundedProfiling] onDrop threw:', error);
    try {
      // It may be an async function all the same.
      Promise.resolve(this.#deps.onDrop?.(drop)).catch(warn);
    } catch (error) {
      warn(error);
    }
  }

  /** Reports losses of these data categories to Sentry, because nobody else has. */
  lose(reason: DropReason, categories: readonly string[]): void {
    for (const category of categories) this.#report(DISCARD_REASONS[reason], category);
  }

  /** Takes losses back that the SDK has reported, because their items go on. */
  recover(reason: DropReason, categories: readonly string[]): void {
    for (const category of categories) this.#deps.reports.takeBack(DISCARD_REASONS[reason], category);
  }

  /** How many losses of this kind wait to be reported, whoever has recorded them. */
  reported(reason: EventDropReason, category: string): number {
    return this.#deps.reports.count(reason, category);
  }

  /** A chunk was sent in parts. */
  split(id: string, parts: number): void {
    this.#oversized.addSplit();
    this.#log.log('split', `Sent the chunk ${id} in ${parts} parts: it was over a limit of size`);
  }

  /** A profile of a transaction was made to fit. */
  thin(id: string, loss: ThinningLoss): void {
    this.#oversized.addThinned(loss);
    this.#log.log('thin', `Thinned the profile ${id}, which was over a limit: ${describe(loss)}`);
  }

  /** A profile could not be encoded. */
  malformed(error: unknown): void {
    try {
      debug.warn('[BoundedProfiling] A profile could not be encoded:', error);
    } catch {
      // The thrown value can't be printed.
    }
  }

  #report(reason: EventDropReason, category: string): void {
    if (this.isReporting) this.#deps.reports.add(reason, category);
  }
}

function describe({ samplesKept, samplesBefore, maxDepth, selfTimeDistance }: ThinningLoss): string {
  const depth = Number.isFinite(maxDepth) ? `, stacks cut to ${maxDepth} frames` : '';
  const percent = (selfTimeDistance * 100).toFixed(1);
  return `${samplesKept} of ${samplesBefore} samples kept${depth}, self times moved by ${percent}%`;
}
