import * as Sentry from '@sentry/node';

// What is not asked for is not loaded: a server without profiling is measured without its code.
export const loadProfiling = () => import('@sentry/profiling-node');
export const loadBounded = () => import('sentry-bounded-profiling');
export { Sentry };
