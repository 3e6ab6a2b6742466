import { strictEqual } from 'node:assert/strict';
import { getProfilingStats } from 'sentry-bounded-profiling';

strictEqual(getProfilingStats()?.captured, 0);
console.log('ok');
