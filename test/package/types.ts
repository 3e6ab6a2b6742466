import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { Registry } from 'prom-client';
import {
  type BoundedProfilingIntegration,
  boundedProfilingIntegration,
  type Drop,
  getProfilingStats,
  type ProfilingStats,
} from 'sentry-bounded-profiling';
import { compactProfile, encodeProfile, type Profile } from 'sentry-bounded-profiling/encoder';
import { observeProfiling } from 'sentry-bounded-profiling/opentelemetry';
import { registerProfilingMetrics } from 'sentry-bounded-profiling/prometheus';

const drops: Drop[] = [];
const client = Sentry.init({
  integrations: [
    nodeProfilingIntegration(),
    boundedProfilingIntegration({ memoryBudgetBytes: 2 ** 25, onDrop: (drop) => drops.push(drop) }),
  ],
});
const integration = client?.getIntegrationByName<BoundedProfilingIntegration>('BoundedProfiling');
const stats: ProfilingStats | undefined = integration?.getStats() ?? getProfilingStats();
export const total: number | undefined = stats?.dropped.total;
export const encode = (profile: Profile): Iterable<Uint8Array> => encodeProfile(compactProfile(profile));
registerProfilingMetrics(new Registry());
export const observe: (meter: Parameters<typeof observeProfiling>[0]) => () => void = observeProfiling;
// @ts-expect-error a misspelt option is an error
boundedProfilingIntegration({ memoryBudgetBites: 1 });
