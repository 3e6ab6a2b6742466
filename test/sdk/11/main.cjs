const Sentry = require('@sentry/node');
const { nodeProfilingIntegration } = require('@sentry/profiling-node');
const { boundedProfilingIntegration, getProfilingStats } = require('sentry-bounded-profiling');

void import('../scenarios/run.mjs').then(({ runScenario }) =>
  runScenario({ Sentry, nodeProfilingIntegration, boundedProfilingIntegration, getProfilingStats }),
);
