import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { countProcesses } from '../../src/container/count-processes.ts';

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly name?: string;
  readonly executable?: string;
}

const NODE = '/usr/local/bin/node';

/** A `/proc` with these processes, the last one the own, all of them in one cgroup. */
function layOut(processes: readonly Process[]): { root: string; directory: string } {
  const root = mkdtempSync(join(tmpdir(), 'proc-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const directory = join(root, 'cgroup');
  mkdirSync(directory);
  const add = (place: string, { id, parent, name = 'node', executable = NODE }: Process): void => {
    mkdirSync(join(root, 'proc', place), { recursive: true });
    const fields = '4194560 23125 0 18 0 105 22 0 0 20 0 11 0 4051 1023098880 14090';
    writeFileSync(join(root, 'proc', place, 'stat'), `${id} (${name}) S ${parent} 1 1 0 -1 ${fields}\n`);
    symlinkSync(executable, join(root, 'proc', place, 'exe'));
  };
  for (const process of processes) add(String(process.id), process);
  add('self', processes.at(-1) as Process);
  writeFileSync(join(directory, 'cgroup.procs'), processes.map(({ id }) => `${id}\n`).join(''));
  return { root, directory };
}

const workers = (parent: number, ids: readonly number[]): Process[] => ids.map((id) => ({ id, parent }));

test.each<[string, Process[], boolean, number]>([
  ['a server alone', [{ id: 1, parent: 0 }], false, 1],
  [
    'a server that npm has started through a shell',
    [
      { id: 1, parent: 0, name: 'npm start' },
      { id: 18, parent: 1, name: 'sh', executable: '/bin/dash' },
      { id: 19, parent: 18 },
    ],
    false,
    1,
  ],
  [
    'a worker of eight, with its primary, under npm',
    [
      { id: 1, parent: 0, name: 'npm start' },
      { id: 18, parent: 1, name: 'sh', executable: '/bin/dash' },
      { id: 19, parent: 18, name: 'node (primary) x' },
      ...workers(19, [30, 31, 32, 33, 34, 35, 36, 37]),
    ],
    true,
    9,
  ],
  [
    'the primary of eight workers',
    [...workers(1, [30, 31, 32, 33, 34, 35, 36, 37]), { id: 1, parent: 0 }],
    false,
    9,
  ],
  [
    'one of four that pm2 runs',
    [{ id: 1, parent: 0, name: 'PM2 v5.3.0: God' }, ...workers(1, [20, 21, 22, 23])],
    false,
    4,
  ],
  [
    'a server beside programs that are not Node',
    [
      { id: 1, parent: 0, name: 'tini', executable: '/sbin/tini' },
      { id: 9, parent: 1, name: 'nginx', executable: '/usr/sbin/nginx' },
      { id: 10, parent: 1 },
    ],
    false,
    1,
  ],
])('%s is one of as many as may profile', (_, processes, isForked, count) => {
  expect(countProcesses({ ...layOut(processes), isForked })).toBe(count);
});

test('a machine’s worth of processes is looked at no further than the first 64', () => {
  const ids = Array.from({ length: 500 }, (_, i) => 1000 + i);
  expect(countProcesses({ ...layOut(workers(1, ids)), isForked: false })).toBe(65);
});

test('where nothing can be seen, the process is one', () => {
  const { root, directory } = layOut([{ id: 1, parent: 0 }]);
  expect(countProcesses({ root: join(root, 'missing'), directory, isForked: true })).toBe(1);
  expect(countProcesses({ root, directory: join(root, 'missing'), isForked: true })).toBe(1);
});

test('a chain of parents that leads in a circle ends', () => {
  const circle = [
    { id: 5, parent: 6 },
    { id: 6, parent: 5 },
    { id: 7, parent: 5 },
  ];
  expect(countProcesses({ ...layOut(circle), isForked: false })).toBe(1);
});

test.runIf(process.platform === 'linux')(
  'real processes of this Node are counted, and others are not',
  async () => {
    const { directory } = layOut([{ id: 1, parent: 0 }]);
    const run = async (command: string, args: string[]): Promise<ChildProcess> => {
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      child.stdin?.write('\n');
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      return child;
    };
    const echo = 'process.stdin.pipe(process.stdout)';
    const children = [
      await run(process.execPath, ['-e', echo]),
      await run(process.execPath, ['-e', echo]),
      await run('cat', []),
    ];
    const ids = [process.ppid, process.pid, ...children.map(({ pid }) => pid)];
    writeFileSync(join(directory, 'cgroup.procs'), ids.map((id) => `${id}\n`).join(''));
    expect(countProcesses({ root: '/', directory, isForked: false })).toBe(3);
    expect(countProcesses({ root: '/', directory, isForked: true })).toBe(4);
  },
);
