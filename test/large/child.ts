import type { Envelope } from '@sentry/core';
import type { ProfilingStats } from '../../src/index.ts';
import type { Profile } from '../../src/profile/types.ts';
import { digestOf } from '../fuzz/digest.ts';
import { openClient } from '../support/client.ts';
import { chunkEnvelope, transactionEnvelope } from '../support/relay/examples.ts';
import { BROKEN_SHAPES, SOUND_SHAPES } from './shapes.ts';

// A process of its own, whose heap is limited on the command line. Sends large profiles to a relay elsewhere, one by one.

export interface LargeReport {
  readonly stats: ProfilingStats;
  readonly areFlushed: boolean;
  /** Of the sound profiles. */
  readonly digest: number;
  /** By how much the resident memory has grown at most while they were sent. */
  readonly extraRssMiB: number;
}

const FLUSH_MS = 100_000;
const KIB_PER_MIB = 1024;

const [names, dsn] = process.argv.slice(2) as [string, string];
const { client, transport, stats } = openClient(dsn);
let areFlushed = true;
let digest = 0;
let extraRssMiB = 0;
for (const name of JSON.parse(names) as string[]) {
  const envelope = envelopeOf(name);
  const rssBeforeKiB = process.resourceUsage().maxRSS;
  await transport.send(envelope);
  areFlushed &&= await client.flush(FLUSH_MS);
  extraRssMiB += (process.resourceUsage().maxRSS - rssBeforeKiB) / KIB_PER_MIB;
}
const report: LargeReport = { stats: stats(), areFlushed, digest, extraRssMiB };
await client.close(1);
process.send?.(report);
process.disconnect();

/** In a function of its own, which holds the profile no longer than it runs. */
function envelopeOf(name: string): Envelope {
  const sound = SOUND_SHAPES[name];
  const profile = sound?.build() ?? BROKEN_SHAPES[name]?.();
  if (sound !== undefined) digest += digestOf(profile as Profile);
  const { header, items } = profile.version === '1' ? transactionEnvelope() : chunkEnvelope();
  const others = items.slice(0, -1).map((item) => [item.header, item.payload]);
  return [header, [...others, [items.at(-1)?.header, profile]]] as unknown as Envelope;
}
