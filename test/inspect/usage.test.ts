import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCommand, writeInput } from './run-inspect.ts';

const FILE = '/nowhere/profile.json';

describe('the command line', () => {
  test.each<[string, string[], RegExp]>([
    ['no command', [], /^Expected a command\n/],
    ['another command', ['improve', FILE], /^Expected the command `inspect`, got `improve`\n/],
    ['no file', ['inspect', '--json'], /^Expected a FILE/],
    ['two files', ['inspect', FILE, 'other.json'], /^Expected one FILE, got `other.json` too\n/],
    ['an unknown option', ['inspect', FILE, '--xml'], /'--xml'/],
    ['no place for the .cpuprofile', ['inspect', FILE, '--cpuprofile'], /'--cpuprofile <value>'/],
  ])('is refused with its usage and exit code 2: %s', async (_, args, message) => {
    const { stdout, stderr, exitCode } = await runCommand(args);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toContain('Usage: sentry-bounded-profiling inspect FILE');
    expect(exitCode).toBe(2);
  });

  test('tells its usage and its version on standard output', async () => {
    const help = await runCommand(['--help']);
    expect(help).toMatchObject({ stderr: '', exitCode: 0 });
    expect(help.stdout).toMatch(/^Usage: sentry-bounded-profiling inspect FILE/);
    expect((await runCommand(['inspect', '--help'])).stdout).toBe(help.stdout);

    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await runCommand(['--version'])).toMatchObject({
      stdout: `${version}\n`,
      stderr: '',
      exitCode: 0,
    });
  });

  test('says with exit code 1 which file is not there, and that a directory is none', async () => {
    const missing = await runCommand(['inspect', FILE]);
    expect(missing).toMatchObject({ stdout: '', exitCode: 1 });
    expect(missing.stderr).toBe(`${FILE}: ENOENT: no such file or directory, open '${FILE}'\n`);
    expect(await runCommand(['inspect', '/tmp'])).toMatchObject({ exitCode: 1, stderr: /EISDIR/ });
  });

  test('prints an empty array with --json if there is no profile', async () => {
    const { stdout, exitCode } = await runCommand(['inspect', writeInput(Buffer.from('[]')), '--json']);
    expect(JSON.parse(stdout)).toEqual([]);
    expect(exitCode).toBe(1);
  });
});
