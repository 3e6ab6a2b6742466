import { createServer } from 'node:http';
import * as Sentry from '@sentry/node';
import { getProfilingStats } from 'sentry-bounded-profiling';
import { serve } from './serve.cjs';

const resolve = (/** @type {string} */ name) => import.meta.resolve(name);
serve({ createServer, Sentry, getProfilingStats, resolve });
