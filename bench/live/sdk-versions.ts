import { versionOf } from '../support/machine.ts';

const LINES = ['10', '11'] as const;

/** The versions of the lines of the SDK that are measured. */
export function sdkVersions(): Record<string, string> {
  return Object.fromEntries(
    LINES.map((line) => {
      const file = new URL(`../../test/sdk/${line}/packages.mjs`, import.meta.url);
      return [`SDK ${line}:`, versionOf('@sentry/profiling-node', file)];
    }),
  );
}
