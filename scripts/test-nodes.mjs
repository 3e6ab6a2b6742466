// Runs the tests of code that rests on V8, its profiler, zlib, HTTP or the process on every supported line of Node, the oldest
// supported version included. All tests have run on the Node at hand, and `npm run test:compat` runs the whole on each.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installNode, NODE_VERSIONS } from './nodes.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OTHERS = NODE_VERSIONS.filter((version) => version !== process.versions.node);
const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : OTHERS;

const TESTS = [
  'test/record',
  'test/seam',
  'test/capture',
  'test/deliver',
  'test/encode',
  'test/sampling',
  'test/process-limits',
  'test/sdk/exit',
  'test/sdk/flush',
  'test/sdk/worker',
];

let passed = 0;
let failed = 0;
for (const version of VERSIONS) {
  const node = await installNode(version);
  console.log(`-- Node ${version}`);
  const args = [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', ...TESTS];
  const { status } = spawnSync(node, args, { cwd: ROOT, stdio: 'inherit' });
  if (status === 0) passed++;
  else failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
