const { createServer } = require('node:http');
const { pathToFileURL } = require('node:url');
const Sentry = require('@sentry/node');
const { getProfilingStats } = require('sentry-bounded-profiling');
const { serve } = require('./serve.cjs');

const resolve = (/** @type {string} */ name) => String(pathToFileURL(require.resolve(name)));
serve({ createServer, Sentry, getProfilingStats, resolve });
