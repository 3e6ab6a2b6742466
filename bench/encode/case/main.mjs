// One case in a process of its own: loads the profile, lets things settle, and measures its way to the server.

import { setTimeout as sleep } from 'node:timers/promises';
import { loadProfile } from './load-profile.mjs';
import { measure, settle } from './measure.mjs';

/** @type {import('../types.ts').CaseOptions} */
const {
  contender: name,
  profilePath,
  copies,
  rounds,
  isObserved,
  sinkPort,
} = JSON.parse(process.argv[2] ?? '');
/** @type {{ createContender: (sinkPort: number) => import('../contenders/contender.d.ts').Contender }} */
const { createContender } = await import(`../contenders/${name}.mjs`);
const contender = createContender(sinkPort);

const BETWEEN_ROUNDS_MS = 300;

/** @type {import('../types.ts').Measurement[]} */
const measurements = [];
for (let round = 0; round < rounds; round++) {
  /** @type {object[]} Emptied by whoever takes the profile, so that nothing here keeps it in memory. */
  const hand = [loadProfile(profilePath, copies)];
  // Only before the first: no service collects garbage before each profile, and V8 drops optimized code when it does.
  await (round === 0 ? settle() : sleep(BETWEEN_ROUNDS_MS));
  measurements.push(await measure(contender, () => /** @type {object} */ (hand.pop()), isObserved));
}
process.send?.(measurements, () => process.exit());
