import { getProfilingStats } from 'sentry-bounded-profiling';

export const dynamic = 'force-dynamic';

export function GET(): Response {
  return Response.json(getProfilingStats() ?? null);
}
