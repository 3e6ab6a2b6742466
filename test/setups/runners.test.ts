import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('./projects/runners', import.meta.url));
const TIMEOUT_MS = 90_000;

const RUNNERS = [
  { name: 'Jest', args: ['jest', '--detectOpenHandles', '--testMatch', '**/service.jest.js'] },
  { name: 'Vitest', args: ['vitest', 'run', '--root', '.'] },
];

/** Runs the tests of a service as its developers do. Ends with its runner, which is killed if it does not end by itself. */
function runTests(args: readonly string[], closes: boolean) {
  const { VITEST: _, ...env } = process.env;
  const { stdout, stderr, status, signal } = spawnSync('npx', ['--no-install', ...args], {
    cwd: PROJECT,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    env: { ...env, CLOSES: closes ? '1' : '0', NO_COLOR: '1' },
  });
  return { output: stdout + stderr, status, signal };
}

test.each(RUNNERS.flatMap((runner) => [true, false].map((closes) => ({ ...runner, closes }))))(
  '$name with sentry-testkit ends by itself, with no open handle; closes the SDK: $closes',
  { timeout: TIMEOUT_MS },
  ({ args, closes }) => {
    const { output, ...end } = runTests(args, closes);
    expect({ ...end, output }).toMatchObject({ status: 0, signal: null });
    expect(output).toMatch(/Tests:? +1 passed/);
    expect(output).not.toMatch(/open handle|did not exit|close timed out|hanging/i);
  },
);
