import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProfilingStats } from '../../src/index.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** Longer than a test may take: a process that waits for an upload is not seen to end. */
const UPLOAD_TIMEOUT_MS = 120_000;

async function runToExit(line: '10' | '11'): Promise<ProfilingStats> {
  const bounded = { uploadTimeoutMs: UPLOAD_TIMEOUT_MS };
  const { output, exitCode } = await runScenario(line, 'mjs', { name: 'exit', dsn: relay.dsn, bounded });
  expect(exitCode).toBe(0);
  return JSON.parse(output);
}

test.each(['10', '11'] as const)('SDK %s: a script that just ends has sent its profiles', async (line) => {
  const { captured, delivered } = await runToExit(line);
  expect(captured).toBeGreaterThan(0);
  expect(delivered).toBe(captured);
  expect(relay.counts.profile_chunk).toBe(delivered);
});

test.each(['10', '11'] as const)(
  'SDK %s: a relay that does not answer keeps no process alive',
  async (line) => {
    relay.behave({ kind: 'silent' });
    const { captured, pending, dropped, memory } = await runToExit(line);
    expect(captured).toBeGreaterThan(0);
    expect({ pending, dropped, heldBytes: memory.heldBytes }).toEqual({
      pending: 0,
      dropped: { total: captured, shutdown: captured },
      heldBytes: 0,
    });
  },
);

test.each(['10', '11'] as const)('SDK %s: nor does a relay that is down', async (line) => {
  await relay.close();
  const { captured, dropped } = await runToExit(line);
  expect(captured).toBeGreaterThan(0);
  expect(dropped).toEqual({ total: captured, shutdown: captured });
});
