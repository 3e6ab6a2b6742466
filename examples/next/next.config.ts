import { withSentryConfig } from '@sentry/nextjs/config';

export default withSentryConfig(
  {},
  // Source maps go to Sentry in a real application, for which it needs a token.
  { silent: true, telemetry: false, sourcemaps: { disable: true } },
);
