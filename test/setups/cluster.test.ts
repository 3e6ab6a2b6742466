import { expect, test } from 'vitest';
import { LINES, namesOf, profiledOf, transactionsOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { CLEAN, type Report, runSetup } from './support/run-setup.ts';

const REQUESTS = 24;

test.each(LINES)(
  'SDK $line: four workers of node:cluster each send what they record',
  async ({ project }) => {
    const relay = await openRelay();
    const { report, ...end } = await runSetup(project, 'workers', { dsn: relay.dsn, requests: REQUESTS });
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
    expect(relay.invalid).toEqual([]);
    expect(transactionsOf(relay)).toEqual(namesOf(REQUESTS).sort());
    const { workers } = report;
    expect(workers).toHaveLength(4);
    for (const { isFlushed, exitCode, signal, stats } of workers) {
      expect({ isFlushed, exitCode, signal }).toEqual({ isFlushed: true, exitCode: 0, signal: null });
      expect(stats.captured).toBeGreaterThan(0);
      expect(stats).toMatchObject({ pending: 0, memory: { heldBytes: 0 } });
      expect(stats.delivered + stats.dropped.total).toBe(stats.captured);
    }
    const sumOf = (name: 'captured' | 'delivered'): number =>
      workers.reduce((sum: number, { stats }: Report) => sum + stats[name], 0);
    const { profile = 0, profile_chunk = 0 } = relay.counts;
    expect(profile + profile_chunk).toBe(sumOf('delivered'));
    expect(sumOf('delivered')).toBeGreaterThan(0);
    expect(report.stats).toMatchObject({ captured: 0, memory: { heldBytes: 0 } });
    if (project !== 'sdk/10') return;
    // Five processes may be too much for the machine: a transaction that has waited for a second goes alone.
    expect(sumOf('captured')).toBe(REQUESTS);
    expect(namesOf(REQUESTS)).toEqual(expect.arrayContaining(profiledOf(relay)));
    expect(new Set(profiledOf(relay)).size).toBe(profile);
  },
);
