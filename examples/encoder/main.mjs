// node main.mjs profile.json profile.json.gz
import { createReadStream, createWriteStream } from 'node:fs';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { compactProfile, encodeProfile, measureProfile } from 'sentry-bounded-profiling/encoder';

const [source, target] = process.argv.slice(2);
if (source === undefined || target === undefined) {
  console.error('Usage: node main.mjs PROFILE.json TARGET.json.gz');
  process.exit(2);
}

// A profile as the SDK builds it: the payload of a `profile` or `profile_chunk` item.
const profile = await json(createReadStream(source));
const compact = compactProfile(profile);
console.log(`${measureProfile(profile)} bytes before, ${measureProfile(compact)} after`);

// Blocks of at most 64 KiB, made as the stream asks for them: the whole text is never in memory.
await pipeline(encodeProfile(compact), createGzip(), createWriteStream(target));
