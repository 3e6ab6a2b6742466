import { ByteReader } from './byte-reader.ts';
import { CpuProfileFiles } from './cpu-profile-files.ts';
import { type Description, describeProfile } from './describe.ts';
import { EnvelopeTally } from './envelope-tally.ts';
import { readInput } from './input.ts';
import { NoProfileError } from './no-profile-error.ts';
import { printDescription } from './print.ts';
import { type FoundItem, MAX_PAYLOAD_BYTES, readItems } from './read-items.ts';
import { readProfile } from './read-profile.ts';
import { envelopeReasons } from './relay/envelope-reasons.ts';

/** Newer SDKs for Android put one into a chunk, behind JSON that says how it was made. */
const PERFETTO = 'application/x-perfetto-trace';

/** The command line, after its check. */
export interface InspectOptions {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly json: boolean;
  /** Where a `.cpuprofile` goes, if one is asked for. */
  readonly cpuProfile: string | undefined;
}

export interface Inspection {
  /** For standard output. */
  readonly output: string;
  /** For standard error, beside the problems. */
  readonly notes: readonly string[];
  /** Why not all that the file holds could be read, or written. */
  readonly problems: readonly string[];
}

interface Described {
  readonly heading: string;
  readonly description: Description;
}

/** Reads a file and describes its profiles. If a problem comes up, the profiles before it are described all the same. */
export async function inspect({ file, json, cpuProfile }: InspectOptions): Promise<Inspection> {
  const name = file === '-' ? 'standard input' : file;
  const tally = new EnvelopeTally();
  const files = cpuProfile === undefined ? undefined : new CpuProfileFiles(cpuProfile, file);
  const found: Described[] = [];
  const problems: string[] = [];
  let isWhole = false;
  try {
    for await (const item of readItems(new ByteReader(readInput(file)), tally)) {
      const heading = item.number === undefined ? name : `${name}, item ${item.number}`;
      try {
        found.push({ heading, description: await readItem(item, files) });
      } catch (error) {
        problems.push(`${heading}: ${(error as Error).message}`);
      }
    }
    isWhole = true;
    if (found.length + problems.length === 0) problems.push(`${name}: ${noProfile(tally)}`);
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`);
  }
  const beside = found.map((one) => withEnvelope(one, tally, isWhole));
  return { output: json ? toJson(beside) : toText(beside), notes: files?.written ?? [], problems };
}

async function readItem(
  { number, header, bytes, text }: FoundItem,
  files: CpuProfileFiles | undefined,
): Promise<Description> {
  if (header.content_type === PERFETTO) throw new NoProfileError('it is a Perfetto trace, which is not read');
  if (text === undefined) {
    throw new NoProfileError(
      `it is longer than ${MAX_PAYLOAD_BYTES} bytes, V8's longest string, and can't be parsed; Relay takes a tenth of that`,
    );
  }
  const profile = readProfile(text);
  const description = describeProfile(profile, header, bytes);
  await files?.write(profile, number);
  return description;
}

/** Relay's verdict on an envelope is known once all of it was read. */
function withEnvelope(
  { heading, description }: Described,
  tally: EnvelopeTally,
  isWhole: boolean,
): Described {
  const { report } = description;
  const added = isWhole
    ? envelopeReasons(tally, report.format)
    : ['the envelope could not be read to its end'];
  const reasons = [...report.relay.reasons, ...added];
  const relay = { accepted: reasons.length === 0, reasons };
  return { heading, description: { ...description, report: { ...report, relay } } };
}

function noProfile(tally: EnvelopeTally): string {
  const items = tally.describe();
  if (items === '')
    return 'it is neither a profile, for it has no `profile`, nor an envelope, for it has no items';
  return `no profile is in this envelope: it has ${items}`;
}

function toJson(found: readonly Described[]): string {
  return `${JSON.stringify(
    found.map(({ description }) => description.report),
    undefined,
    2,
  )}\n`;
}

function toText(found: readonly Described[]): string {
  return found.map(({ heading, description }) => printDescription(heading, description)).join('\n');
}
