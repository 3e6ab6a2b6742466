import { deepEqual, strictEqual } from 'node:assert/strict';
import { compactProfile, encodeProfile, measureProfile } from 'sentry-bounded-profiling/encoder';

const frames = [{ function: 'f' }, { function: 'f' }];
const profile = { profile: { samples: [{ stack_id: 0, thread_id: '0' }], stacks: [[0, 1]], frames } };
const compact = compactProfile(profile);
deepEqual(compact.profile.stacks, [[0, 0]]);
strictEqual(Buffer.concat([...encodeProfile(compact)]).toString(), JSON.stringify(compact));
strictEqual(measureProfile(compact), JSON.stringify(compact).length);
console.log('ok');
