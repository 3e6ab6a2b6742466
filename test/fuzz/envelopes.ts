import fc from 'fast-check';
import { incompressibleLists, type Payload, type SdkEnvelope } from '../support/envelopes.ts';
import { jsonProfile, realisticProfile } from '../support/profiles.ts';
import { transactionEnvelope } from '../support/relay/examples.ts';
import { examplePayload, type Format } from './base-profiles.ts';
import { type Breakage, breakage, breakValue, type Damage, type Path } from './breakage.ts';
import { isProfile } from './sent.ts';

type Item = SdkEnvelope[1][number];

/** The three lists of a profile, made anew each time. */
interface Lists {
  readonly name: string;
  readonly build: (format: Format) => Payload;
}

/** An envelope that is broken in some places, as data that a failure can print. */
export interface EnvelopeCase {
  readonly shape: keyof typeof SHAPES;
  readonly lists: Lists;
  readonly breakages: readonly Breakage[];
}

const idOf = (number: number): string => (number + 1).toString(16).padStart(32, '0');

/** The items that an envelope may hold, by the number of the envelope: no two have an id in common. */
const SHAPES = {
  'a transaction and its profile': (n: number, lists: Lists) => [transaction(n), profile(n, lists)],
  'a profile and its transaction': (n: number, lists: Lists) => [profile(n, lists), transaction(n)],
  'a chunk': (n: number, lists: Lists) => [chunk(n, lists)],
  'two chunks': (n: number, lists: Lists) => [chunk(n, lists), chunk(n + 0x80, lists)],
  'a transaction and two profiles': (n: number, lists: Lists) => [
    transaction(n),
    profile(n, lists),
    profile(n, lists),
  ],
  'a chunk among others': (n: number, lists: Lists) => [event(n), chunk(n, lists), ...others(n)],
  'everything at once': (n: number, lists: Lists) => [
    ...others(n),
    profile(n, lists),
    transaction(n),
    chunk(n, lists),
  ],
  'a profile alone': (n: number, lists: Lists) => [profile(n, lists)],
  'a profile as text': (n: number, lists: Lists) => [transaction(n), asText(profile(n, lists))],
  'a chunk as bytes': (n: number, lists: Lists) => [asBytes(chunk(n, lists))],
  'no profile': (n: number) => [event(n), ...others(n)],
  'no items': () => [],
} satisfies Record<string, (n: number, lists: Lists) => Item[]>;

/** The envelope anew, and the damages to it. @param number of the envelope in its case */
export function buildEnvelope(
  { shape, lists, breakages }: EnvelopeCase,
  number: number,
): { envelope: SdkEnvelope; damages: Damage[] } {
  const header = { event_id: idOf(number), sent_at: '2026-11-01T12:00:01.000Z' };
  const envelope: SdkEnvelope = [header, SHAPES[shape](number, lists)];
  return { damages: breakValue(envelope, breakages), envelope };
}

/** Whether that place is in the payload of a profile, which itself stays an object. */
export function isInProfile({ shape, lists }: EnvelopeCase, path: Path): boolean {
  const [part, item, member, ...within] = path;
  if (part !== '1' || member !== '1' || within.length === 0) return false;
  return isProfile(SHAPES[shape](0, lists)[Number(item)]);
}

function transaction(number: number): Item {
  const [item] = transactionEnvelope().items;
  return [{ type: 'transaction' }, { ...item?.payload, event_id: idOf(number) }];
}

function profile(number: number, lists: Lists): Item {
  const payload = examplePayload('v1');
  payload.transaction.id = idOf(number);
  return [{ type: 'profile' }, { ...payload, event_id: idOf(number + 0x1000), profile: lists.build('v1') }];
}

function chunk(number: number, lists: Lists): Item {
  const payload = { ...examplePayload('v2'), chunk_id: idOf(number + 0x2000), profile: lists.build('v2') };
  return [{ type: 'profile_chunk', platform: 'node' }, payload];
}

function event(number: number): Item {
  return [{ type: 'event' }, { event_id: idOf(number), message: `event ${number}`, level: 'error' }];
}

function others(number: number): Item[] {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i + number);
  return [
    [{ type: 'attachment', length: bytes.length, filename: `${number}.bin` }, bytes],
    [{ type: 'session' }, { sid: idOf(number), status: 'ok' }],
    // The SDK's own parser reads an item without a length as JSON.
    [{ type: 'attachment', filename: `${number}.json` }, '"text"'],
  ];
}

const asText = ([header, payload]: Item): Item => [header, JSON.stringify(payload)];
const asBytes = ([header, payload]: Item): Item => {
  const bytes = Buffer.from(JSON.stringify(payload));
  return [{ ...header, length: bytes.length }, new Uint8Array(bytes)];
};

const printed = (lists: Lists): Lists => Object.assign(lists, { [fc.toStringMethod]: () => lists.name });

const lists: fc.Arbitrary<Lists> = fc.oneof(
  fc.constant(printed({ name: 'the example', build: (format) => examplePayload(format).profile })),
  fc.constantFrom(2, 20, 300).map((samples) =>
    printed({
      name: `${samples} realistic samples`,
      build: (format) => realisticProfile({ samples, format }).profile,
    }),
  ),
  fc.constantFrom(2, 20, 200).map((samples) => {
    // Random names, made once: the same envelope is built several times.
    const random = {
      v1: incompressibleLists(samples, 'transaction'),
      v2: incompressibleLists(samples, 'chunk'),
    };
    return printed({
      name: `${samples} incompressible samples`,
      build: (format) => structuredClone(random[format]),
    });
  }),
  jsonProfile.map(({ profile }) =>
    printed({ name: JSON.stringify(profile), build: () => structuredClone(profile) }),
  ),
);

export const envelopeCase: fc.Arbitrary<EnvelopeCase> = fc.record({
  shape: fc.constantFrom(...(Object.keys(SHAPES) as (keyof typeof SHAPES)[])),
  lists,
  breakages: fc.array(breakage, { maxLength: 3 }),
});
