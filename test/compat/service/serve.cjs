const { stopRecording } = require('./recording.cjs');
const { isManual } = require('./request.cjs');
const { loadedVersions } = require('./versions.cjs');
const { work } = require('./work.cjs');

const TURNS = 10;
const WORK_MS = 30;
const PAUSE_MS = 5;

/** When each request began and ended, by its path. */
const times = /** @type {Record<string, { startMs: number, endMs: number }>} */ ({});

/**
 * An HTTP service that works on each request for a while, until its parent lets it stop.
 *
 * @param {any} modules as the module format of the application has loaded them
 */
exports.serve = ({ createServer, Sentry, getProfilingStats, resolve }) => {
  const server = createServer(async (/** @type {any} */ request, /** @type {any} */ response) => {
    const startMs = performance.now();
    for (let turn = 0; turn < TURNS; turn++) {
      work(WORK_MS);
      await new Promise((wake) => setTimeout(wake, PAUSE_MS));
    }
    if (request.url === '/failing') Sentry.captureException(new Error('This route fails'));
    times[request.url] = { startMs, endMs: performance.now() };
    response.end('done');
  });
  if (isManual) Sentry.profiler.startProfiler();
  server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
  process.once('message', async () => {
    server.close();
    server.closeAllConnections();
    if (isManual) Sentry.profiler.stopProfiler();
    const recorded = stopRecording();
    const isFlushed = await Sentry.flush(20_000);
    const epochMs = Date.now() - performance.now();
    const versions = loadedVersions(Sentry, resolve);
    const stats = getProfilingStats();
    process.send?.({ ...recorded, isFlushed, epochMs, times, versions, stats }, () => process.disconnect());
  });
};
