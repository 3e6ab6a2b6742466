import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration, getProfilingStats } from 'sentry-bounded-profiling';
import { runScenario } from '../scenarios/run.mjs';

await runScenario({ Sentry, nodeProfilingIntegration, boundedProfilingIntegration, getProfilingStats });
