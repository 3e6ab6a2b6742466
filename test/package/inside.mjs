import { rejects } from 'node:assert/strict';

const inside = ['sentry-bounded-profiling', 'dist', 'index.js'].join('/');
await rejects(import(inside), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
console.log('ok');
