import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectAll, LINES, namesOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { CLEAN, type Report, runSetup } from './support/run-setup.ts';

/** A function of `work`, which the transactions of all scenarios call. */
const WORKING = 'sortNumbers';

test.each(LINES)(
  'SDK $line beside --cpu-prof: its file is whole, and everything arrives',
  async ({ project }) => {
    const directory = await mkdtemp(join(tmpdir(), 'cpu-prof-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const relay = await openRelay();
    const execArgv = ['--cpu-prof', `--cpu-prof-dir=${directory}`];
    const { report, ...end } = await runSetup(project, 'service', { dsn: relay.dsn }, { execArgv });
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
    expectAll(project, [relay], namesOf(4), report.stats);
    // A worker that the SDK starts for its hooks has a file of its own.
    const files = (await readdir(directory)).map((name) => readFile(join(directory, name), 'utf8'));
    const functions = (await Promise.all(files)).map((text): string[] =>
      JSON.parse(text).nodes.map(({ callFrame }: Report) => callFrame.functionName),
    );
    expect(functions.filter((names) => names.includes(WORKING))).toHaveLength(1);
  },
);

test.each(LINES.flatMap((one) => ['inspector', 'bindings'].map((variant) => ({ ...one, variant }))))(
  'SDK $line, an application that uses $variant itself gets its profile, and everything arrives',
  async ({ project, variant }) => {
    const relay = await openRelay();
    const { report, ...end } = await runSetup(project, 'profilers', { variant, dsn: relay.dsn });
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
    expectAll(project, [relay], namesOf(6), report.stats);
    expect(report.samples).toBeGreaterThan(10);
    expect(report.functions).toContain(WORKING);
    if (variant === 'bindings') {
      expect(report.aloneSamples).toBeGreaterThan(2);
      expect(report.unknown).toBeNull();
    }
  },
);
