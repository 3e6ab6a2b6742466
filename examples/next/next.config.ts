import { withSentryConfig } from '@sentry/nextjs/config';

export default withSentryConfig(
  // Without it Next takes the repository for its root, as there is a lock file too.
  { outputFileTracingRoot: import.meta.dirname },
  // In a real application source maps go to Sentry, for which it needs a token.
  { silent: true, telemetry: false, sourcemaps: { disable: true } },
);
