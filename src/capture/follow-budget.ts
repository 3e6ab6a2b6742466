import { readContainer } from '../container/own-container.ts';
import { defaultBudgetBytes } from '../default-budget.ts';
import type { Ledger } from '../ledger.ts';
import type { Reporter } from '../observe/reporter.ts';
import type { ResolvedOptions } from '../resolve-options.ts';

export interface FollowBudgetDeps {
  readonly ledger: Ledger;
  readonly options: ResolvedOptions;
  readonly reporter: Reporter;
}

/**
 * Keeps a default budget up to date. The default follows the limit of the container and the number of processes in it, and both may
 * change while the service runs.
 *
 * @returns a function that looks for such a change. Call it at regular intervals
 */
export function followDefaultBudget({ ledger, options, reporter }: FollowBudgetDeps): () => void {
  if (options.memoryBudgetBytes !== undefined) return () => {};
  let lastBytes = ledger.budgetBytes;
  return () => {
    const container = readContainer();
    const budgetBytes = defaultBudgetBytes(container);
    if (budgetBytes === lastBytes) return;
    lastBytes = budgetBytes;
    ledger.budgetBytes = budgetBytes;
    const budgetMiB = (budgetBytes / 2 ** 20).toFixed(1);
    reporter.tell(
      'budget',
      `The budget is ${budgetMiB} MiB now, for one of ${container.processes} processes`,
    );
  };
}
