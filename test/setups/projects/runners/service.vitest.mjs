import { expect, test } from 'vitest';
import check from './check.js';

test('both requests and their profiles are sent', async () => {
  const { names, stats } = await check();
  expect(names.sort()).toEqual(['first', 'second']);
  expect(stats).toMatchObject({ captured: 2, delivered: 2, pending: 0, memory: { heldBytes: 0 } });
});
