/** The request of the matrix for this run. */
const { dsn, mode, isBounded } = JSON.parse(process.env.COMPAT_REQUEST ?? '{}');

/** @type {Record<string, object>} */
const PROFILING = {
  span: { profilesSampleRate: 1 },
  trace: { profileSessionSampleRate: 1, profileLifecycle: 'trace' },
  manual: { profileSessionSampleRate: 1, profileLifecycle: 'manual' },
};

exports.isBounded = isBounded;
exports.isManual = mode === 'manual';
exports.options = {
  dsn,
  release: 'service@1.0.0',
  tracesSampleRate: 1,
  ...PROFILING[mode],
};
