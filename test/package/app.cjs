const { strictEqual } = require('node:assert/strict');
const { getProfilingStats } = require('sentry-bounded-profiling');

strictEqual(getProfilingStats()?.captured, 0);
console.log('ok');
