import { expect, test } from 'vitest';
import { constrainedBytes, maxOldGenerationBytes } from '../src/process-limits.ts';

const MiB = 1024 * 1024;
const [NODE_20, NODE_24] = ['11.3.244.8-node.38', '13.6.233.17-node.53'];

/** In MiB, as those Nodes reported their limit with those flags. */
test.each([
  { v8Version: NODE_20, flags: '--max-old-space-size=100', limit: 148, old: 100 },
  { v8Version: NODE_24, flags: '--max-old-space-size=100', limit: 292, old: 100 },
  { v8Version: NODE_24, flags: '--max_old_space_size=100', limit: 292, old: 100 },
  { v8Version: NODE_24, flags: '"--max-old-space-size=300"', limit: 492, old: 300 },
  { v8Version: NODE_20, flags: '--max-old-space-size=100 --max_old_space_size=200', limit: 248, old: 200 },
  { v8Version: NODE_20, flags: '--max-old-space-size=100 --max-semi-space-size=2', limit: 106, old: 100 },
  { v8Version: NODE_20, flags: '--max-semi-space-size=2', limit: 4102, old: 4096 },
  { v8Version: NODE_24, flags: '--max-old-space-size-percentage=1', limit: 433, old: 241 },
  {
    v8Version: NODE_24,
    flags: '--max-old-space-size-percentage=25 --max-old-space-size=100',
    limit: 6218,
    old: 6026,
  },
  { v8Version: NODE_20, flags: '--max-old-space-size=0', limit: 4144, old: 4096 },
  { v8Version: NODE_24, flags: '--expose-gc', limit: 4288, old: 4096 },
])('V8 $v8Version with `$flags` has an old generation of $old MiB', ({ v8Version, flags, limit, old }) => {
  expect(maxOldGenerationBytes({ limitBytes: limit * MiB, flags, v8Version }) / MiB).toBeCloseTo(old, 0);
});

test('a limit that Node makes up is recognised as none', () => {
  const totalBytes = 16 * 1024 * MiB;
  expect(constrainedBytes(512 * MiB, totalBytes)).toBe(512 * MiB);
  for (const none of [0, 2 ** 64, totalBytes + 1]) expect(constrainedBytes(none, totalBytes)).toBeUndefined();
});
