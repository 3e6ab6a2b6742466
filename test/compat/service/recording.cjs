/**
 * V8's own record of the whole run, by the native module as it was loaded: it starts before the integration is there.
 *
 * @type {{ startMs: number, stop: () => object } | undefined}
 */
let recording;

exports.recordBeside = () => {
  const addon = Object.values(require.cache).find((module) => module?.id.endsWith('.node'));
  if (addon === undefined) throw new Error('The native profiler is not loaded');
  const { startProfiling, stopProfiling } = addon.exports;
  const startBeside = () => startProfiling('beside');
  recording = { startMs: performance.now(), stop: () => stopProfiling('beside', 0, 0, false) };
  startBeside();
};

exports.stopRecording = () => recording && { startMs: recording.startMs, native: recording.stop() };
