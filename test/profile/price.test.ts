import { expect, test } from 'vitest';
import { estimateHeldBytes } from '../../src/profile/price.ts';
import type { Profile } from '../../src/profile/types.ts';
import { realisticProfile } from '../support/profiles.ts';

test('the estimate is of the size of the profile', () => {
  for (const samples of [100, 1000, 10_000]) {
    const profile = realisticProfile({ samples, functions: 200 });
    const jsonBytes = Buffer.byteLength(JSON.stringify(profile));
    const ratio = estimateHeldBytes(profile) / jsonBytes;
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(3);
  }
});

test('it looks at a few members only, however many there are', () => {
  let reads = 0;
  const frames = new Proxy(
    Array.from({ length: 100_000 }, () => ({ function: 'f' })),
    {
      get(target, key, receiver) {
        reads++;
        return Reflect.get(target, key, receiver);
      },
    },
  );
  estimateHeldBytes({ profile: { samples: [], stacks: [], frames } });
  expect(reads).toBeLessThan(300);
});

test('empty lists have a price too, so that a flood of them is bounded', () => {
  const empty: Profile = { profile: { samples: [], stacks: [], frames: [] } };
  expect(estimateHeldBytes(empty)).toBeGreaterThanOrEqual(1024);
});
