import * as Sentry from '@sentry/node';

// Loads each package only when it is asked for, because a server without profiling is measured without its code.
export const loadProfiling = () => import('@sentry/profiling-node');
export const loadBounded = () => import('sentry-bounded-profiling');
export { Sentry };
