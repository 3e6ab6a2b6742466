import { thin } from '../../src/deliver/thinning.ts';
import { TimeSlicer } from '../../src/pace/time-slicer.ts';
import { compact } from '../../src/profile/compact.ts';
import { prepareEncoding } from '../../src/profile/profile-encoding.ts';
import type { Profile, Sample } from '../../src/profile/types.ts';
import { loadProfile } from '../encode/case/load-profile.mjs';
import { obtainRecording } from '../encode/recording.ts';
import { describeMachine } from '../support/machine.ts';
import { formatNumber } from '../support/numbers.ts';
import { writeBetweenMarkers } from '../support/pages.ts';
import { compareShares, selfTimeShares } from './shares.ts';

const MiB = 1024 * 1024;
const TARGET_BYTES = 64e6;
const LIMITS_MIB = [2, 1, 0.5, 0.25];
const PACKAGES = ['@sentry/profiling-node', 'typescript'];

/** Thins a recorded profile, scaled to 64 MB, to fit ever lower limits, and compares the times of its functions before and after. */
export async function benchThin({ isQuick }: { isQuick: boolean }): Promise<void> {
  const recording = await obtainRecording();
  const copies = Math.ceil(TARGET_BYTES / recording.bytes);
  const original = loadProfile(recording.path, copies) as Profile;
  const rows: string[] = [];
  for (const limit of LIMITS_MIB) rows.push(await thinTo(original, limit * MiB));
  const { node, date, packages } = describeMachine(PACKAGES);
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const table = [
    '| item limit, MiB | samples kept | self times moved (total variation) | largest error of a function, % of the time | the same with every n-th sample | the 20 hottest: pairs in order |',
    '|--:|--:|--:|--:|--:|--:|',
    ...rows,
    '',
    `${formatNumber(original.profile.samples.length)} samples, ${copies} times 10 s of type-checking end to end. Node ${node}, ${versions.join(', ')}, ${date.slice(0, 10)}.`,
  ].join('\n');
  console.log(`\n${table}\n`);
  if (isQuick) console.log('Quick: nothing was written.');
  else console.log(`Table: ${writeBetweenMarkers('thin', table)}`);
}

async function thinTo(original: Profile, limitBytes: number): Promise<string> {
  const slicer = new TimeSlicer(1000);
  const { profile } = await slicer.run(compact(original, slicer));
  const { bytes } = await prepareEncoding(profile, slicer);
  let text = '';
  const pack = async (encoding: Awaited<ReturnType<typeof prepareEncoding>>) => {
    const blocks: Uint8Array[] = [];
    await encoding.writeTo(async (block) => void blocks.push(Buffer.from(block)));
    text = encoding.bytes <= limitBytes ? Buffer.concat(blocks).toString() : text;
    return { fits: false as const, fillRatio: encoding.bytes / limitBytes, detail: '' };
  };
  const thinned = await thin(profile, bytes / limitBytes, slicer, pack);
  if (thinned === undefined) throw new Error(`Nothing fits ${limitBytes} bytes`);
  const { samplesKept, selfTimeDistance } = thinned.loss;
  const before = selfTimeShares(original);
  const { largestError, orderedPairs, pairs } = compareShares(before, selfTimeShares(JSON.parse(text)));
  const strided = compareShares(before, selfTimeShares(everyNth(original, samplesKept)));
  const percent = (share: number): string => (share * 100).toFixed(2);
  return `| ${limitBytes / MiB} | ${formatNumber(samplesKept)} | ${selfTimeDistance.toFixed(3)} | ${percent(largestError)} | ${percent(strided.largestError)} | ${orderedPairs} of ${pairs} |`;
}

function everyNth(original: Profile, count: number): Profile {
  const { samples } = original.profile;
  const at = (i: number): Sample => samples[Math.floor((i * samples.length) / count)] as Sample;
  return { profile: { ...original.profile, samples: Array.from({ length: count }, (_, i) => at(i)) } };
}
