import * as Sentry from '@sentry/nextjs';

/** Next calls it once in each runtime: profiles there are in Node only. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') await import('./sentry.server.config');
}

export const onRequestError = Sentry.captureRequestError;
