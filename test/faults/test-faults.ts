import { describe, expect, test } from 'vitest';
import { FAULTS, type Fault } from './faults.ts';
import { type Outcome, runFault } from './run-fault.ts';
import type { Line } from './site.ts';

/** V8 keeps so much of code and caches after a few transactions more; a profile that is left somewhere is counted, too. */
const HEAP_TOLERANCE_BYTES = 2 * 1024 * 1024;

/** Runs the table of faults against an SDK line, each with the integration and with the stock SDK. */
export function testFaults(line: Line): void {
  describe(`SDK ${line}, a relay that`, () => {
    for (const fault of FAULTS) {
      test(fault.name, async () => {
        const [stock, bounded] = await Promise.all([false, true].map((is) => runFault(line, fault, is)));
        expectSound(bounded as Outcome);
        expectTransactions(line, fault, stock as Outcome, bounded as Outcome);
        expectProfiles(line, fault, bounded as Outcome);
      });
    }
  });
}

/** The service has survived, and nothing is left behind. */
function expectSound({
  stats,
  isFlushed,
  extraBytes,
  liveProfiles,
  exitCode,
  output,
  complaints,
}: Outcome): void {
  expect({ exitCode, output, isFlushed, complaints }).toEqual({
    exitCode: 0,
    output: '',
    isFlushed: true,
    complaints: [],
  });
  expect(stats.atBegin.running).toBeGreaterThan(0);
  expect(stats.atBegin.pending).toBeGreaterThan(0);
  expect(stats.atEnd).toMatchObject({ running: 0, pending: 0, abandoned: 0, memory: { heldBytes: 0 } });
  for (const { captured, delivered, dropped, pending } of Object.values(stats)) {
    expect(captured).toBe(delivered + dropped.total + pending);
  }
  expect(liveProfiles).toBe(0);
  expect(extraBytes).toBeLessThan(HEAP_TOLERANCE_BYTES);
}

/** At least those that the stock SDK delivers, and none twice. */
function expectTransactions(
  line: Line,
  { expected, hitsByChance }: Fault,
  stock: Outcome,
  bounded: Outcome,
): void {
  const lostByStock = lostBy(stock);
  const lost = lostBy(bounded);
  // With SDK 11 transactions go the SDK's way, and by chance others are hit than with the stock SDK.
  if (line === '10' || !hitsByChance) {
    expect(lost.filter((name) => !lostByStock.includes(name))).toEqual([]);
  }
  if (expected.savesTransactions && line === '10') {
    expect(lostByStock.length).toBeGreaterThan(0);
    expect(lost).toEqual([]);
  }
  const { transactionNames, transactionIds } = bounded.arrivals;
  expect(new Set(transactionIds).size).toBe(new Set(transactionNames).size);
  if (!expected.mayRepeat) expect(transactionNames).toHaveLength(new Set(transactionNames).size);
}

/** The relay has all profiles that were counted as delivered, and the others are counted for the one reason. */
function expectProfiles(line: Line, { expected }: Fault, { stats, arrivals, drops }: Outcome): void {
  const { delivered, dropped } = stats.atEnd;
  const { profileIds } = arrivals;
  expect(new Set(profileIds).size).toBe(delivered);
  if (!expected.mayRepeat) expect(profileIds).toHaveLength(delivered);
  const { total, ...reasons } = dropped;
  expect(new Set(drops.map(({ id }) => id)).size).toBe(total);
  const { dropReason, sparesSmall } = expected;
  if (sparesSmall && line === '11' && total === 0) return;
  expect(Object.keys(reasons)).toEqual(dropReason ? [dropReason] : []);
  if (expected.isPending) expect(stats.duringFault.pending).toBeGreaterThan(0);
}

function lostBy({ made, arrivals }: Outcome): string[] {
  return made.filter((name) => !arrivals.transactionNames.includes(name));
}
