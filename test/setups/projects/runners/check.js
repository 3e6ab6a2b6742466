const sentryTestkit = require('sentry-testkit');
const { Sentry, start, handle, getProfilingStats } = require('./service.js');

/** Makes two requests, and reports the test kit's view of them and how their profiles ended. */
module.exports = async function check() {
  const { testkit, sentryTransport } = sentryTestkit();
  start(sentryTransport);
  await handle('first');
  await handle('second');
  await Sentry.flush(10_000);
  // Without a close, the runner has to end by itself all the same.
  if (process.env.CLOSES === '1') await Sentry.close(10_000);
  return { names: testkit.transactions().map(({ name }) => name), stats: getProfilingStats() };
};
