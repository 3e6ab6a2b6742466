import type { Drop, ProfilingStats } from '../../src/index.ts';
import type { Fault } from './faults.ts';
import { type Arrivals, type Line, Site } from './site.ts';

/** Per phase. With SDK 11, each but those that run side by side makes a chunk of its own: a flush ends it. */
const TRANSACTIONS = 3;
const WARM_UP_TRANSACTIONS = 8;

/** Time for the answers that a fault gives at once. To wait for others would be in vain. */
const FAULT_FLUSH_MS = 1000;
const FLUSH_MS = 30_000;
const STOCK_FLUSH_MS = 3000;
const CLOSE_MS = 3000;

/**
 * Where a machine stands still for a moment, V8 has no samples of one transaction in hundreds, and SDK 10 sends that one
 * without a profile, its own way, so such a run says nothing of ours.
 */
class UnprofiledError extends Error {}

const MAX_ATTEMPTS = 3;

/** The course of a service through a fault, and the fate of its envelopes. */
export interface Outcome {
  /** Undefined with the stock SDK. */
  readonly stats: Readonly<Record<'atBegin' | 'duringFault' | 'atEnd', ProfilingStats>>;
  readonly isFlushed: boolean;
  /** Live heap at the end over that before the fault. */
  readonly extraBytes: number;
  /** Profiles that somebody still holds. */
  readonly liveProfiles: number;
  readonly exitCode: number;
  readonly output: string;
  /** Names of the transactions that the service made. */
  readonly made: readonly string[];
  readonly arrivals: Arrivals;
  readonly drops: readonly Pick<Drop, 'id' | 'reason'>[];
  readonly complaints: readonly unknown[];
}

/** Takes a service through a fault that begins with V8 profiles running, and others on their way to the relay. */
export async function runFault(line: Line, fault: Fault, isBounded: boolean): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(line, fault, isBounded);
    } catch (error) {
      if (!(error instanceof UnprofiledError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function runOnce(line: Line, fault: Fault, isBounded: boolean): Promise<Outcome> {
  const site = await Site.open(line, {
    ...fault,
    bounded: isBounded && (fault.bounded ?? {}),
    // SDK 11 repeats a request whose connection was kept alive and is cut: which requests those are is chance.
    ...(line === '11' && { keepAlive: false }),
  });
  try {
    return await runPhases(site, fault, isBounded ? FLUSH_MS : STOCK_FLUSH_MS);
  } finally {
    await site.close();
  }
}

async function runPhases(site: Site, fault: Fault, flushMs: number): Promise<Outcome> {
  const { service } = site;
  const made: string[] = [];
  const names = (phase: string, count: number): string[] => {
    const added = Array.from({ length: count }, (_, i) => `${phase} ${i}`);
    made.push(...added);
    return added;
  };
  const transact = async (phase: string, count = TRANSACTIONS): Promise<{ envelopes: number }> => {
    const added = names(phase, count);
    const isFlushed = site.line === '11';
    const { profiled, envelopes } = await service.ask({ do: 'transact', names: added, isFlushed });
    expectProfiled(site, added, profiled);
    return { envelopes };
  };
  await transact('before', WARM_UP_TRANSACTIONS);
  await service.ask({ do: 'flush', timeoutMs: flushMs });
  const start = await service.ask({ do: 'measure' });

  site.relay.behave({ kind: 'silent' });
  const { envelopes } = await transact('on its way');
  await site.relay.waitFor(({ heldRequests }) => heldRequests >= envelopes);
  const running = names('running', TRANSACTIONS);
  const { stats: atBegin } = await service.ask({ do: 'open', names: running });

  await fault.begin(site);
  const { profiled } = await service.ask({ do: 'finish' });
  expectProfiled(site, running, profiled);
  await transact('during');
  const { stats: duringFault } = await service.ask({ do: 'flush', timeoutMs: FAULT_FLUSH_MS });

  await fault.lift(site);
  await transact('after');
  const { isFlushed } = await service.ask({ do: 'flush', timeoutMs: flushMs });
  const end = await service.ask({ do: 'measure' });
  await service.ask({ do: 'close', timeoutMs: CLOSE_MS });
  service.tell({ do: 'end' });
  const { exitCode, output } = await service.result;
  return {
    stats: { atBegin, duringFault, atEnd: end.stats },
    isFlushed,
    extraBytes: end.usedBytes - start.usedBytes,
    liveProfiles: end.liveProfiles,
    exitCode,
    output,
    made,
    arrivals: site.arrivals,
    drops: end.drops,
    complaints: site.complaints,
  };
}

function expectProfiled(
  { line }: Site,
  names: readonly string[],
  profiled: Readonly<Record<string, string>>,
): void {
  const missing = names.filter((name) => profiled[name] === undefined);
  if (line === '10' && missing.length > 0) throw new UnprofiledError(`no profile of ${missing.join(', ')}`);
}
