import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const profile = {
  version: '2',
  profile: { samples: [{ stack_id: 0, thread_id: '0' }], stacks: [[0]], frames: [{ function: 'f' }] },
};

/** As `npx sentry-bounded-profiling` in a project that has the package. */
function run(/** @type {string[]} */ ...args) {
  const input = JSON.stringify(profile);
  return spawnSync('node_modules/.bin/sentry-bounded-profiling', args, { input, encoding: 'utf8' });
}

const { version } = JSON.parse(readFileSync('node_modules/sentry-bounded-profiling/package.json', 'utf8'));
strictEqual(run('--version').stdout, `${version}\n`);

const { stdout, stderr, status } = run('inspect', '-', '--json');
deepStrictEqual([status, stderr], [0, '']);
const [report] = JSON.parse(stdout);
strictEqual(report.compactBytes, Buffer.byteLength(JSON.stringify(profile)));

const wrong = run('inspect');
strictEqual(wrong.status, 2);
match(wrong.stderr, /Usage: sentry-bounded-profiling inspect FILE/);
console.log('ok');
