// Loaded with --import, before anything else of a server. Everything but the profiling is the same in all modes.
import { watchNativeStops } from './native-stops.mjs';
import { Reporter } from './reporter.mjs';
import { watchRootSpans } from './root-spans.mjs';

const { SDK = '', MODE = '', DSN, BOUNDED_OPTIONS = '{}' } = process.env;
const { Sentry, loadProfiling, loadBounded } = await import(`../../test/sdk/${SDK}/packages.mjs`);

/** @type {Record<string, object>} */
const PROFILING_OPTIONS = {
  10: { profilesSampleRate: 1 },
  11: { profileSessionSampleRate: 1, profileLifecycle: 'trace' },
};

const reporter = new Reporter();
const isProfiled = MODE !== 'none';
const integrations = [];
if (isProfiled) {
  const { nodeProfilingIntegration } = await loadProfiling();
  integrations.push(nodeProfilingIntegration());
  watchNativeStops((tookMs) => reporter.profileStopped(tookMs));
}
if (MODE === 'ours') {
  const { boundedProfilingIntegration, getProfilingStats } = await loadBounded();
  integrations.push(boundedProfilingIntegration(JSON.parse(BOUNDED_OPTIONS)));
  reporter.readStats = getProfilingStats;
}

const client = Sentry.init({
  dsn: DSN,
  release: 'bench@1.0.0',
  tracesSampleRate: 1,
  ...(isProfiled && PROFILING_OPTIONS[SDK]),
  integrations,
});
const busy = watchRootSpans(Sentry, client, (tookMs) => reporter.spanEnded(tookMs));
reporter.listen(Sentry.flush, busy);
