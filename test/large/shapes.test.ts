import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { digestOf } from '../fuzz/digest.ts';
import { withoutRepeats } from '../support/parts.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import type { LargeReport } from './child.ts';
import { BROKEN_SHAPES, SOUND_SHAPES } from './shapes.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** A table as long as a broken list claims to be would take far more. All of these shapes take less. */
const MAX_EXTRA_RSS_MIB = 400;

/** A process that holds almost nothing takes as much. */
const BROKEN_HEAP_MIB = 220;

/** Twenty times the longest on an idle machine. */
const TIMEOUT = { timeout: 240_000 };

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** Sends them from a process with so little memory; rejects if that runs out of it. */
function sendFromChild(names: readonly string[], heapMiB: number): Promise<LargeReport> {
  const execArgv = ['--import', 'tsx', `--max-old-space-size=${heapMiB}`];
  const child = fork(CHILD, [JSON.stringify(names), relay.dsn], {
    execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let output = '';
  child.stderr?.on('data', (data) => (output += String(data)));
  return new Promise((resolve, reject) => {
    let report: LargeReport | undefined;
    child.on('message', (message) => {
      report = message as LargeReport;
    });
    child.on('close', (code) => {
      if (code === 0 && report !== undefined) resolve(report);
      else reject(new Error(`The child ended with ${code}: ${output}`));
    });
  });
}

function expectCounted({ stats, areFlushed, extraRssMiB }: LargeReport, captured: number): void {
  const { pending, delivered, dropped, memory } = stats;
  expect({ captured: stats.captured, pending, areFlushed, heldBytes: memory.heldBytes }).toEqual({
    captured,
    pending: 0,
    areFlushed: true,
    heldBytes: 0,
  });
  expect(delivered + dropped.total).toBe(captured);
  expect(extraRssMiB).toBeLessThan(MAX_EXTRA_RSS_MIB);
  expect(relay.invalid).toEqual([]);
  expect(relay.requests.flatMap(({ error }) => error ?? [])).toEqual([]);
}

test.each(Object.keys(SOUND_SHAPES))(
  '%s: counted, and whole where it is not thinned',
  TIMEOUT,
  async (name) => {
    const report = await sendFromChild([name], SOUND_SHAPES[name]?.heapMiB ?? 0);
    expectCounted(report, 1);
    const { delivered, dropped, oversized } = report.stats;
    expect(dropped.malformed ?? 0).toBe(0);
    const profiles = relay.items.filter(({ type }) => type === 'profile' || type === 'profile_chunk');
    expect(profiles.length).toBeGreaterThanOrEqual(delivered);
    if (delivered === 0 || oversized.thinned > 0) return;
    const parts = withoutRepeats(profiles.map(({ json }) => json as Profile));
    const sum = parts.reduce((total, part) => total + digestOf(part), 0);
    expect(sum).toBe(report.digest);
  },
);

test('what says it is larger than anything can be: refused, and counted', TIMEOUT, async () => {
  const names = Object.keys(BROKEN_SHAPES);
  const report = await sendFromChild(names, BROKEN_HEAP_MIB);
  expectCounted(report, names.length);
  expect(report.stats.dropped).toEqual({ total: names.length, malformed: names.length });
});
