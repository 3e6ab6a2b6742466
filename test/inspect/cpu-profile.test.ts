import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { importFromChromeCPUProfile } from '@elg/speedscope/dist/library/import/chrome.js';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/inspect/describe.ts';
import { chunkEnvelope, type ExampleEnvelope, writeEnvelope } from '../support/relay/examples.ts';
import { OTHER_SDKS } from './other-sdks.ts';
import { payloadOf, recordEnvelopes } from './real-profiles.ts';
import { runCommand, temporaryDirectory, writeInput } from './run-inspect.ts';

interface Exported {
  readonly report: Report;
  readonly notes: string;
  readonly directory: string;
  /** The content of the first file. */
  readonly cpuProfile: Profiler.Profile;
}

async function exportOf(envelope: Buffer): Promise<Exported> {
  const directory = temporaryDirectory();
  const path = join(directory, 'out.cpuprofile');
  const { stdout, stderr, exitCode } = await runCommand([
    'inspect',
    writeInput(envelope),
    '--json',
    '--cpuprofile',
    path,
  ]);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  const [report] = JSON.parse(stdout) as [Report];
  return { report, notes: stderr, directory, cpuProfile: readCpuProfile(path) };
}

function readCpuProfile(path: string): Profiler.Profile {
  return JSON.parse(readFileSync(path, 'utf8')) as Profiler.Profile;
}

/** The time that each function took itself, and together with its callees, as speedscope's own importer reads it. */
function speedscopeTimes(cpuProfile: Profiler.Profile) {
  const profile = importFromChromeCPUProfile(structuredClone(cpuProfile) as never);
  const times = new Map<string, { selfUs: number; totalUs: number }>();
  profile.forEachFrame((frame) => {
    const { selfUs, totalUs } = times.get(frame.name) ?? { selfUs: 0, totalUs: 0 };
    times.set(frame.name, {
      selfUs: selfUs + frame.getSelfWeight(),
      totalUs: totalUs + frame.getTotalWeight(),
    });
  });
  return { totalUs: profile.getTotalWeight(), times };
}

const V8_ITSELF = ['(garbage collector)', '(program)'];

describe('a .cpuprofile of a real profile', () => {
  test.each(['v1', 'v2'] as const)('shows in speedscope what the report says: %s', async (format) => {
    const envelope: ExampleEnvelope = recordEnvelopes()[format];
    const { report, cpuProfile } = await exportOf(writeEnvelope(envelope));
    const { totalUs, times } = speedscopeTimes(cpuProfile);
    const unique = report.hottest.filter(({ function: name }) => !name.includes(' '));
    expect(unique.length).toBeGreaterThan(5);
    // Speedscope draws V8's own work between two samples on top of the last stack.
    const betweenShare = V8_ITSELF.reduce((sum, name) => sum + (times.get(name)?.selfUs ?? 0) / totalUs, 0);
    for (const { function: name, selfShare, totalShare } of unique) {
      const theirs = times.get(name) ?? { selfUs: 0, totalUs: 0 };
      expect(theirs.selfUs / totalUs).toBeCloseTo(selfShare, 4);
      expect(theirs.totalUs / totalUs).toBeGreaterThan(totalShare - 0.0001);
      expect(theirs.totalUs / totalUs).toBeLessThan(totalShare + betweenShare + 0.0001);
    }
  });

  test('keeps to the format of Chrome', async () => {
    const { cpuProfile, report } = await exportOf(writeEnvelope(recordEnvelopes().v2));
    const { nodes, samples = [], timeDeltas = [], startTime, endTime } = cpuProfile;
    const ids = nodes.map(({ id }) => id);
    const children = nodes.flatMap(({ children: own = [] }) => own);
    expect(new Set(ids).size).toBe(nodes.length);
    // A tree: every node but the root is the child of one other.
    expect([...children].sort((a, b) => a - b)).toEqual(ids.slice(1));
    expect(nodes[0]?.callFrame).toMatchObject({ functionName: '(root)' });
    expect(samples).toHaveLength(report.samples);
    expect(samples.every((id) => ids.includes(id))).toBe(true);
    expect(nodes.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0)).toBe(report.samples);
    expect(timeDeltas).toHaveLength(report.samples);
    expect(timeDeltas.every((delta) => Number.isInteger(delta) && delta >= 0)).toBe(true);
    expect(timeDeltas.reduce((sum, delta) => sum + delta, startTime)).toBe(endTime);
  });
});

describe('a .cpuprofile', () => {
  test('has times in microseconds, places from 0, files as URLs, and idle time', async () => {
    const envelope = chunkEnvelope();
    payloadOf(envelope).profile = {
      samples: [
        { stack_id: 0, thread_id: '0', timestamp: 1_793_534_400.25 },
        { stack_id: 1, thread_id: '0', timestamp: 1_793_534_400.26 },
        { stack_id: 0, thread_id: '0', timestamp: 1_793_534_400.29 },
      ],
      stacks: [[0, 1], []],
      frames: [
        { function: 'leaf', abs_path: '/app/a b.js', lineno: 12, colno: 5 },
        { function: 'main', abs_path: 'node:internal/main', lineno: 1 },
      ],
    };
    const { cpuProfile } = await exportOf(writeEnvelope(envelope));
    const at = (functionName: string, url = '', lineNumber = -1, columnNumber = -1) => ({
      functionName,
      scriptId: '0',
      url,
      lineNumber,
      columnNumber,
    });
    expect(cpuProfile).toEqual({
      nodes: [
        { id: 1, callFrame: at('(root)'), hitCount: 0, children: [2, 4] },
        { id: 2, callFrame: at('main', 'node:internal/main', 0), hitCount: 0, children: [3] },
        { id: 3, callFrame: at('leaf', 'file:///app/a%20b.js', 11, 4), hitCount: 2, children: [] },
        { id: 4, callFrame: at('(idle)'), hitCount: 1, children: [] },
      ],
      startTime: 1_793_534_400_250_000,
      endTime: 1_793_534_400_290_000,
      samples: [3, 4, 3],
      timeDeltas: [0, 10_000, 30_000],
    });
  });

  test('has one thread, the busiest first, and the others beside it', async () => {
    const python = OTHER_SDKS.find(({ name }) => name === 'Python, with a transaction');
    const { directory, notes, cpuProfile } = await exportOf(python?.envelope as Buffer);
    expect(readdirSync(directory).sort()).toEqual(['out-2.cpuprofile', 'out.cpuprofile']);
    expect(notes).toBe(
      `${join(directory, 'out.cpuprofile')}: item 2, thread 139914341721920, 3 samples\n${join(directory, 'out-2.cpuprofile')}: item 2, thread 139914101343936, 2 samples\n`,
    );
    const [first, second] = [cpuProfile, readCpuProfile(join(directory, 'out-2.cpuprofile'))].map(
      speedscopeTimes,
    );
    expect(first?.times.get('price')).toEqual({ selfUs: 40_000, totalUs: 40_000 });
    expect(second?.times.get('Condition.wait')).toEqual({ selfUs: 10_000, totalUs: 10_000 });
  });

  test('that would overwrite its input, by whatever path, is not written', async () => {
    const envelope = writeEnvelope(chunkEnvelope());
    const input = writeInput(envelope);
    const link = join(temporaryDirectory(), 'link.cpuprofile');
    symlinkSync(input, link);
    for (const path of [input, link]) {
      const { stderr, exitCode } = await runCommand(['inspect', input, '--cpuprofile', path]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`${path} is the input, and would be overwritten`);
      expect(readFileSync(input).equals(envelope)).toBe(true);
    }
  });

  test('that can’t be written, or would be empty, is told with exit code 1', async () => {
    const input = writeInput(writeEnvelope(chunkEnvelope()));
    const nowhere = await runCommand(['inspect', input, '--cpuprofile', '/nowhere/out.cpuprofile']);
    expect(nowhere).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("open '/nowhere/out.cpuprofile'"),
    });

    const envelope = chunkEnvelope();
    payloadOf(envelope).profile.samples.pop();
    const path = join(temporaryDirectory(), 'out.cpuprofile');
    const { stderr, exitCode } = await runCommand([
      'inspect',
      writeInput(writeEnvelope(envelope)),
      '--cpuprofile',
      path,
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('no thread has two samples that a .cpuprofile could show');
  });
});
