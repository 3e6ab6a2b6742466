import { parentPort, workerData } from 'node:worker_threads';

if (parentPort === null) throw new Error('Expected to run in a worker');
const port = parentPort;
const lastBeat = new BigInt64Array(workerData);

let longestGapNs = 0n;
const timer = setInterval(() => {
  // The clock first: if this thread is interrupted between the two, the gap comes out too short and not too long.
  const nowNs = process.hrtime.bigint();
  const gapNs = nowNs - Atomics.load(lastBeat, 0);
  if (gapNs > longestGapNs) longestGapNs = gapNs;
}, 1);

port.once('message', () => {
  clearInterval(timer);
  port.postMessage(Number(longestGapNs) / 1e6);
});
port.postMessage('ready');
