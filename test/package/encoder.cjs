const { strictEqual } = require('node:assert/strict');
const { compactProfile, encodeProfile } = require('sentry-bounded-profiling/encoder');

const profile = {
  profile: { samples: [{ stack_id: 0, thread_id: '0' }], stacks: [[0]], frames: [{ function: 'f' }] },
};
const compact = compactProfile(profile);
strictEqual(Buffer.concat([...encodeProfile(compact)]).toString(), JSON.stringify(compact));
console.log('ok');
