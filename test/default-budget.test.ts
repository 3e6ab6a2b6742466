import { expect, test } from 'vitest';
import { defaultBudgetBytes } from '../src/default-budget.ts';

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/** In MiB. */
test.each([
  { limit: undefined, processes: 1, maxOld: 256, budget: 16 },
  { limit: undefined, processes: 1, maxOld: 512, budget: 25.6 },
  { limit: undefined, processes: 1, maxOld: 4096, budget: 64 },
  { limit: 256, processes: 1, maxOld: 256, budget: 16 },
  { limit: 512, processes: 1, maxOld: 4096, budget: 25.6 },
  { limit: 8192, processes: 1, maxOld: 512, budget: 25.6 },
  { limit: 256, processes: 8, maxOld: 256, budget: 2 },
  { limit: 1024, processes: 4, maxOld: 512, budget: 12.8 },
  { limit: 8192, processes: 8, maxOld: 512, budget: 8 },
  { limit: 8192, processes: 2, maxOld: 512, budget: 25.6 },
  { limit: 256, processes: 40, maxOld: 256, budget: 1 },
])(
  'one of $processes in a container of $limit MiB, with $maxOld MiB of old generation, has $budget MiB',
  ({ limit, processes, maxOld, budget }) => {
    const container = { limitBytes: limit === undefined ? undefined : limit * MiB, processes };
    expect(defaultBudgetBytes(container, maxOld * MiB)).toBe(Math.floor(budget * MiB));
  },
);

test('up to sixteen processes have together what one would have of the container', () => {
  for (const limitBytes of [128 * MiB, 512 * MiB, GiB, 16 * GiB]) {
    const alone = defaultBudgetBytes({ limitBytes, processes: 1 }, 4 * GiB);
    for (let processes = 2; processes <= 16; processes++) {
      const together = processes * defaultBudgetBytes({ limitBytes, processes }, 4 * GiB);
      expect(together).toBeLessThanOrEqual(alone);
    }
  }
});
