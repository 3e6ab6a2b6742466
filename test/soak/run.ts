import { parseArgs } from 'node:util';
import { numbersBelow } from '../support/profiles.ts';
import { soak } from './soak.ts';

const USAGE = `Usage: npm run soak -- [--minutes 2] [--seed <number>] [--sdk 10|11] [--latency 0]

  Services with the real SDKs under steady load, through faults of the relay, the network and the clock that change every
  few seconds, and what is left of it all in the end: memory, sockets, timers, and whether the statistics add up.

  --seed     repeats the faults of an earlier run
  --latency  how long the relay takes for an answer when it is well, in milliseconds`;

const MINUTE_MS = 60_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    latency: { type: 'string', default: '0' },
    sdk: { type: 'string', multiple: true, default: ['10', '11'] },
    help: { type: 'boolean', default: false },
  },
});
const durationMs = Number(values.minutes) * MINUTE_MS;
const seed = Number(values.seed);
const latencyMs = Number(values.latency);
const lines = (['10', '11'] as const).filter((line) => values.sdk.includes(line));
if (
  values.help ||
  !(durationMs > 0) ||
  !(latencyMs >= 0) ||
  !Number.isInteger(seed) ||
  lines.length < values.sdk.length
) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

console.log(`${values.minutes} minutes of faults, latency ${latencyMs} ms, seed ${seed}`);
// Each line draws its own numbers: how fast the other one is must not change them.
const all = await Promise.all(lines.map((line) => soak(line, { durationMs, latencyMs }, numbersBelow(seed))));
const passed = all.reduce((sum, checks) => sum + checks.passed, 0);
const failed = all.reduce((sum, checks) => sum + checks.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
