import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { NativeProfile } from '../../src/capture/bindings.ts';
import { CaptureEdge, type CaptureEdgeParts } from '../../src/capture/capture-edge.ts';
import { FinishedProfiles } from '../../src/capture/finished-profiles.ts';
import { attachToSeam, type Seam } from '../../src/capture/native-seam.ts';
import { Slices } from '../../src/encode/slices.ts';
import { Ledger } from '../../src/ledger.ts';
import { bindings, recordProfile, TRANSACTION, work } from '../support/native-profiler.ts';
import { realisticProfile } from '../support/profiles.ts';

const BUDGET_BYTES = 4 * 1024 * 1024;
const EXPECTED_BYTES = 1024 * 1024;

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

function setup(parts: Partial<CaptureEdgeParts> & { budgetBytes?: number } = {}) {
  const ledger = new Ledger(parts.budgetBytes ?? BUDGET_BYTES, () => {});
  const finished = new FinishedProfiles(new Slices(5));
  const skips = { count: 0 };
  const lost: { id: string; bytes: number }[] = [];
  const observed: number[] = [];
  const edge = new CaptureEdge({
    ledger,
    finished,
    expectedBytes: { value: EXPECTED_BYTES, observe: (bytes) => observed.push(bytes) },
    maxActiveProfiles: 32,
    maxProfileMs: 30_000,
    onSkip: () => {
      skips.count++;
    },
    onLost: (id, bytes) => lost.push({ id, bytes }),
    ...parts,
  });
  ended.push(() => finished.close());
  return { ledger, finished, edge, skips, lost, observed, held: () => ledger.totals().heldBytes };
}

/** At the real seam, in front of the real profiler. */
function setupAtSeam(parts: Parameters<typeof setup>[0] = {}) {
  const set = setup(parts);
  const seam = attachToSeam(set.edge) as Seam;
  set.edge.isSeeing = true;
  ended.push(() => seam.detach());
  return { ...set, seam };
}

test('a profile holds what it is expected to from its start, and what it is from its end to its claim', () => {
  const { edge, finished, observed, held } = setupAtSeam();
  expect(edge.admit()).toBe(true);
  bindings.startProfiling('a');
  expect(held()).toBe(EXPECTED_BYTES);
  expect(edge).toMatchObject({ running: 1, runningBytes: EXPECTED_BYTES, oldestRunning: 'a' });
  work(80);
  const profile = bindings.stopProfiling('a', TRANSACTION) as NativeProfile;
  expect(profile.samples.length).toBeGreaterThan(1);
  expect(edge).toMatchObject({ running: 0, runningBytes: 0, oldestRunning: undefined });
  expect(held()).toBeGreaterThan(0);
  expect(held()).toBeLessThan(EXPECTED_BYTES);
  expect(observed[0]).toBeGreaterThan(held());
  expect(edge.lastStop).toMatchObject({ bytes: observed[0] });
  expect(edge.longestStopMs).toBe(edge.lastStop?.stopMs);
  finished.claim('a');
  expect(held()).toBe(0);
});

test('as many run as may, the others are counted and told', () => {
  const { edge, skips } = setupAtSeam({ maxActiveProfiles: 2 });
  const started = ['a', 'b', 'c'].filter((id) => {
    const isAdmitted = edge.admit();
    if (isAdmitted) bindings.startProfiling(id);
    return isAdmitted;
  });
  expect(started).toEqual(['a', 'b']);
  expect(edge.skipped).toEqual({ rate: 0, budget: 0, active: 1 });
  expect(skips.count).toBe(1);
  bindings.stopProfiling('a', TRANSACTION);
  expect(edge.admit()).toBe(true);
  edge.withdraw();
  bindings.stopProfiling('b', TRANSACTION);
});

test('nothing starts without room in the ledger', () => {
  const { edge, skips, held } = setup();
  edge.isSeeing = true;
  const started = Array.from({ length: 6 }, (_, i) => edge.admit() && edge.onStart(String(i)));
  expect(started).toEqual([true, true, true, true, false, false]);
  expect(held()).toBe(BUDGET_BYTES);
  expect(edge.skipped).toEqual({ rate: 0, budget: 2, active: 0 });
  expect(skips.count).toBe(2);
});

test('one that is expected to be larger than the budget may run alone', () => {
  const { edge, held } = setup({ budgetBytes: EXPECTED_BYTES / 2 });
  edge.isSeeing = true;
  expect(edge.admit() && edge.onStart('a')).toBe(true);
  expect(held()).toBe(EXPECTED_BYTES / 2);
  expect(edge.admit()).toBe(false);
  edge.onStop('a', null, 1);
  expect(held()).toBe(0);
});

test('what was admitted and did not start is given back', () => {
  const { edge, held } = setup();
  edge.isSeeing = true;
  edge.admit();
  edge.admit();
  expect(held()).toBe(EXPECTED_BYTES);
  expect(edge.isStarting()).toBe(true);
  edge.withdraw();
  expect(edge.isStarting()).toBe(false);
  expect(held()).toBe(0);
});

test('a start that no gate has announced passes by, unless there is no gate: then it needs room as any', () => {
  const { edge, held } = setupAtSeam({ maxActiveProfiles: 1 });
  bindings.startProfiling('a');
  expect(edge.running).toBe(0);
  bindings.stopProfiling('a', TRANSACTION);
  edge.ownsUnannounced = true;
  for (const id of ['b', 'c']) bindings.startProfiling(id);
  expect(edge).toMatchObject({ running: 1, skipped: { active: 1 } });
  expect(bindings.stopProfiling('c', TRANSACTION)).toBeNull();
  bindings.startProfiling('b');
  bindings.stopProfiling('b', TRANSACTION);
  expect(edge.running).toBe(0);
  expect(held()).toBeLessThan(EXPECTED_BYTES);
});

test('to start twice what runs holds once', () => {
  const { edge, held } = setup();
  edge.isSeeing = true;
  for (let i = 0; i < 2; i++) expect(edge.admit() && edge.onStart('a')).toBe(true);
  expect(held()).toBe(EXPECTED_BYTES);
  edge.onStop('a', null, 1);
  expect(held()).toBe(0);
});

test('what ends larger than there is room for is emptied, so that it holds nothing, and told', () => {
  const { edge, held, lost } = setup({ budgetBytes: 20_000 });
  edge.isSeeing = true;
  const { profile } = realisticProfile({ samples: 500, format: 'v1' });
  edge.admit(1000);
  edge.onStart('other');
  edge.admit(1000);
  edge.onStart('a');
  edge.onStop('a', profile, 1);
  expect(profile).toMatchObject({ samples: [], stacks: [], frames: [] });
  expect(lost).toEqual([{ id: 'a', bytes: expect.any(Number) }]);
  expect(lost[0]?.bytes).toBeGreaterThan(20_000);
  expect(held()).toBe(1000);
});

test('one that ends larger than the budget is kept when nothing else is held', () => {
  const { edge, held, lost } = setup({ budgetBytes: 20_000 });
  edge.isSeeing = true;
  edge.admit(1000);
  edge.onStart('a');
  edge.onStop('a', realisticProfile({ samples: 500, format: 'v1' }).profile, 1);
  expect(lost).toEqual([]);
  expect(held()).toBeGreaterThan(20_000);
});

test('a native profile of another shape is survived, and holds nothing', () => {
  const { edge, held } = setupAtSeam();
  edge.admit();
  bindings.startProfiling('a');
  expect(() => edge.onStop('a', { samples: [] } as never, 1)).toThrow(TypeError);
  expect(held()).toBe(0);
  bindings.stopProfiling('a', TRANSACTION);
});

test('an aborted one gives back what it held, and is told once', () => {
  const { edge, seam, held, lost } = setupAtSeam();
  edge.admit();
  bindings.startProfiling('a');
  seam.abort('a');
  expect(lost).toEqual([{ id: 'a', bytes: EXPECTED_BYTES }]);
  expect(bindings.stopProfiling('a', TRANSACTION)).toBeNull();
  expect(edge.running).toBe(0);
  expect(held()).toBe(0);
  expect(lost.length).toBe(1);
});

test('what the SDK has cut off waits for its transaction; what ended with it does not', () => {
  const { edge, finished } = setup({ maxProfileMs: 20 });
  edge.isSeeing = true;
  const profiles = new Map(['long', 'short'].map((id) => [id, recordProfile(50)]));
  const end = (id: string, ranMs: number): void => {
    edge.admit();
    edge.onStart(id);
    work(ranMs);
    edge.onStop(id, profiles.get(id) as NativeProfile, 0);
  };
  end('long', 25);
  end('short', 0);
  finished.abandon(0);
  expect(profiles.get('short')?.samples).toEqual([]);
  expect(profiles.get('long')?.samples).not.toEqual([]);
  edge.onStopAgain('long');
  finished.abandon(0);
  expect(profiles.get('long')?.samples).toEqual([]);
});

test('where stops can’t be seen, each that comes through ends one', () => {
  const { edge, held } = setup({ maxActiveProfiles: 2 });
  expect([edge.admit(), edge.admit(), edge.admit()]).toEqual([true, true, false]);
  edge.withdraw();
  expect(edge).toMatchObject({ running: 2, runningBytes: 2 * EXPECTED_BYTES });
  for (let i = 0; i < 3; i++) edge.endUnseen();
  expect(edge.running).toBe(0);
  expect(held()).toBe(0);
});

test('close gives everything back, and what ends later is nobody’s', () => {
  const { edge, held } = setupAtSeam();
  edge.admit();
  bindings.startProfiling('a');
  edge.admit();
  edge.close();
  expect(held()).toBe(0);
  expect(edge.running).toBe(0);
  work(80);
  expect(bindings.stopProfiling('a', TRANSACTION)?.samples.length).toBeGreaterThan(1);
  expect(held()).toBe(0);
});

test('whatever happens, held is within the budget, and nothing when all has ended', () => {
  const step = fc.record({
    kind: fc.constantFrom('admit', 'start', 'stop', 'null', 'abort', 'claim', 'again', 'abandon'),
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    bytes: fc.nat(2 * EXPECTED_BYTES),
    samples: fc.nat(400),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, isSeeing) => {
      const { edge, finished, held } = setup();
      edge.isSeeing = isSeeing;
      const doing: Record<string, (of: (typeof steps)[0]) => void> = {
        admit: ({ bytes }) => edge.admit(bytes),
        start: ({ id }) => edge.isStarting() && edge.onStart(id),
        stop: ({ id, samples }) => edge.onStop(id, realisticProfile({ samples }).profile, 1),
        null: ({ id }) => edge.onStop(id, null, 1),
        abort: ({ id, samples }) => edge.onAbort(id, realisticProfile({ samples }).profile, 1),
        claim: ({ id }) => {
          edge.endUnseen();
          finished.claim(id);
        },
        again: ({ id }) => edge.onStopAgain(id),
        abandon: () => finished.abandon(0),
      };
      for (const taken of steps) {
        doing[taken.kind]?.(taken);
        expect(held()).toBeLessThanOrEqual(BUDGET_BYTES);
      }
      edge.close();
      finished.close();
      expect(held()).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('what runs when the client is closed is told as lost', () => {
  const { edge, held, lost } = setup();
  edge.isSeeing = true;
  edge.admit(1000);
  edge.onStart('a');
  edge.close();
  expect(lost).toEqual([{ id: 'a', bytes: 1000 }]);
  expect(held()).toBe(0);
});
