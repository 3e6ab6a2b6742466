import { beforeAll, expect, test } from 'vitest';
import { profileChunk } from '../support/envelopes.ts';
import { type RecordedLists, recordTypeChecking } from '../support/type-checking.ts';
import { deliver, profileIn } from './delivered.ts';
import { joined } from './joined.ts';
import { expectSameTimes, selfAndTotalTimes } from './times.ts';

/** Several times less than the profile that is recorded here, when it is compact. */
const MAX_ITEM_BYTES = 64 * 1024;

let recorded: RecordedLists;
beforeAll(() => {
  recorded = recordTypeChecking(1000).chunk;
});

test.each([
  ['chunk', (chunk: RecordedLists) => chunk],
  ['joined chunk', joined],
])('the parts of a split %s sum up to the times of V8’s own profile', async (_, listsOf) => {
  const envelope = profileChunk({ profile: listsOf(recorded) });
  const whole = selfAndTotalTimes(profileIn(envelope));
  const { arrived } = await deliver(envelope, { maxItemBytes: MAX_ITEM_BYTES });
  expect(arrived.length).toBeGreaterThan(1);
  expectSameTimes(selfAndTotalTimes(...arrived), whole);
});
