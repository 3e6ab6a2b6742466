// A function as serverless platforms run it: one call after the other, and everything is sent before a call returns.
import { buildReport } from '../../service/app/jobs/report.mjs';
import { Turns } from '../../service/app/turns.mjs';
import { readResidentMemory } from '../../support/resident-memory.mjs';

const { SDK = '', CALLS, CALL_MS } = process.env;
const { Sentry } = await import(`../../../test/sdk/${SDK}/packages.mjs`);
const FLUSH_MS = 2000;

/** @type {number[]} */
const flushesMs = [];
for (let call = 0; call < Number(CALLS); call++) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name: 'call', op: 'function', forceTransaction: true }, () =>
      buildReport(call, new Turns(1, Number(CALL_MS))),
    ),
  );
  const endedMs = performance.now();
  await Sentry.flush(FLUSH_MS);
  flushesMs.push(performance.now() - endedMs);
}
process.send?.({ type: 'calls', flushesMs, peakRssBytes: readResidentMemory().peakBytes }, () =>
  process.exit(),
);
