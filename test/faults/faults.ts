import type { BoundedProfilingOptions, Drop } from '../../src/index.ts';
import type { Behaviour } from '../support/relay/index.ts';
import type { Site, SiteOptions } from './site.ts';

/** Something that goes wrong around a service, and the right fate of the envelopes that it sends meanwhile. */
export interface Fault extends Pick<SiteOptions, 'isTls' | 'isNamed'> {
  readonly name: string;
  begin(site: Site): unknown;
  lift(site: Site): unknown;
  /** Makes a matter of time one of a second. */
  readonly bounded?: BoundedProfilingOptions;
  readonly expected: Expected;
  /** Whether it is chance which requests it hits. */
  readonly hitsByChance?: boolean;
  /** Whether rate limits that have run out are in force again as long as it lasts. */
  readonly revivesLimits?: boolean;
}

/** The right fate of profiles, and of the transactions that travel with them. */
export interface Expected {
  /** Why profiles that meet the fault are dropped. Without it, every profile is delivered in the end. */
  readonly dropReason?: Drop['reason'];
  /** Whether profiles stay pending as long as the fault lasts. */
  readonly isPending?: boolean;
  /** Whether all transactions arrive that share an envelope with a profile, while the stock SDK loses some. */
  readonly savesTransactions?: boolean;
  /** Whether small envelopes pass: chunks can be small, because they travel alone and compact. */
  readonly sparesSmall?: boolean;
  /**
   * Whether the relay may get the same envelope again, with the same ids: it had taken the first, and no answer has ever
   * said so.
   */
  readonly mayRepeat?: boolean;
}

const HOURS_MS = 3_600_000;
const UPLOAD_TIMEOUT_MS = 1000;

/** Longer than any rate limit of the table: for the SDK, a 429 without headers means 60 s. */
const AFTER_LIMIT_MS = 61_000;

/**
 * SDK 10: between the transaction of a service on its own, of 3 kB, and the same with its profile, of 7 kB and more. SDK 11: about
 * the size of a chunk that travels alone, compressed.
 */
const LIMITS = { 10: { aboveExpandedBytes: 5000 }, 11: { aboveBytes: 3100 } };

/** Nobody says whether it has arrived, so it is tried again until somebody does. */
const RETRIED: Expected = { isPending: true, savesTransactions: true };

const restart = (site: Site): Promise<void> => site.restartRelay();
const recover = (site: Site): void => site.behave({ kind: 'normal' });

/** Goes on with new requests alone. The SDK's own, which with SDK 11 carry the transactions, would wait for ever. */
const forget = (site: Site): unknown =>
  site.line === '10' ? site.relay.behave({ kind: 'normal' }) : site.restartRelay();

function behaving(name: string, behaviour: Behaviour, expected: Expected): Fault {
  return { name, begin: (site) => site.behave(behaviour), lift: recover, expected };
}

/** The SDK too discards an envelope that is answered like that, with its transaction: a server that is ill is not asked again. */
function refusing(status: number): Fault {
  return behaving(`answers ${status}`, { kind: 'status', status }, { dropReason: 'rejected' });
}

function limiting(name: string, behaviour: Omit<Behaviour & { kind: 'rate-limited' }, 'kind'>): Fault {
  return {
    ...behaving(name, { kind: 'rate-limited', ...behaviour }, { dropReason: 'rate-limited' }),
    lift: async (site) => {
      recover(site);
      await site.service.ask({ do: 'clock', byMs: AFTER_LIMIT_MS });
    },
  };
}

function jumping(name: string, byMs: number): Fault {
  return {
    name,
    begin: async (site) => {
      recover(site);
      await site.service.ask({ do: 'clock', byMs });
    },
    lift: (site) => site.service.ask({ do: 'clock', byMs: -byMs }),
    expected: {},
  };
}

export const FAULTS: readonly Fault[] = [
  { name: 'refuses connections', begin: (site) => site.stopRelay(), lift: restart, expected: RETRIED },
  { name: 'is restarted', begin: restart, lift: () => {}, expected: { savesTransactions: true } },
  {
    ...behaving('accepts requests and never answers', { kind: 'silent' }, RETRIED),
    lift: forget,
    bounded: { uploadTimeoutMs: UPLOAD_TIMEOUT_MS },
  },
  // Within the time for one attempt: nothing is sent twice.
  behaving('answers only in the end', { kind: 'silent' }, { isPending: true }),
  {
    // The status line says that the envelope was taken, whatever becomes of the rest.
    ...behaving('stops in the midst of its answers', { kind: 'stop-mid-response', end: 'hang' }, {}),
    lift: forget,
    bounded: { uploadTimeoutMs: UPLOAD_TIMEOUT_MS },
  },
  behaving('cuts its answers off', { kind: 'stop-mid-response', end: 'cut' }, {}),
  behaving('resets the connection in the midst of the body', { kind: 'reset' }, RETRIED),
  {
    ...behaving('resets one connection in two', { kind: 'reset', oneIn: 2 }, {}),
    hitsByChance: true,
  },
  behaving('is a second away', { kind: 'slow', delayMs: 1000 }, {}),
  {
    // It has taken the envelope that it answers so slowly, and nobody waits for the status line to come together.
    ...behaving(
      'answers a byte per second',
      { kind: 'drip', intervalMs: 1000 },
      { isPending: true, mayRepeat: true },
    ),
    lift: forget,
    bounded: { uploadTimeoutMs: UPLOAD_TIMEOUT_MS },
  },
  behaving('answers 200 with garbage', { kind: 'garbage' }, {}),
  refusing(301),
  refusing(400),
  refusing(403),
  // To the transaction alone, too: with or without its profile, nothing passes.
  behaving('answers 413', { kind: 'status', status: 413 }, { dropReason: 'too-large' }),
  {
    name: 'answers 413 to what a profile makes too large',
    begin: (site) => site.behave({ kind: 'status', status: 413, ...LIMITS[site.line] }),
    lift: recover,
    expected: { dropReason: 'too-large', savesTransactions: true, sparesSmall: true },
  },
  limiting('answers 429 without headers', {}),
  limiting('answers 429 with retry-after', { retryAfter: '30' }),
  limiting('answers 429 with a limit on profiles', { header: '60:profile;profile_chunk:organization' }),
  refusing(500),
  refusing(503),
  {
    name: 'has a certificate that is not trusted',
    isTls: true,
    begin: (site) => site.restartWithStrangeCertificate(),
    lift: restart,
    expected: RETRIED,
  },
  {
    name: 'has a name that does not resolve',
    isNamed: true,
    begin: async (site) => {
      await site.service.ask({ do: 'lookups', doFail: true });
      // Connections that are there need no name.
      await site.restartRelay();
    },
    lift: (site) => site.service.ask({ do: 'lookups', doFail: false }),
    expected: RETRIED,
  },
  // Ages, pauses and time limits are measured by a clock that nobody sets.
  jumping('is there while the clock jumps ahead', 3 * HOURS_MS),
  { ...jumping('is there while the clock jumps back', -3 * HOURS_MS), revivesLimits: true },
];
