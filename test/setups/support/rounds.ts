import { setTimeout as sleep } from 'node:timers/promises';
import type { Relay } from '../../support/relay/index.ts';
import { freeze } from './frozen.ts';
import type { Cut, Gateway } from './gateway.ts';
import type { Project, Report, RunningSetup } from './run-setup.ts';

/** One freeze: the moment in the work of the process, and the treatment of its connections meanwhile. */
export interface Round {
  readonly during: 'idle' | 'open' | 'flushing';
  readonly cut?: Cut;
  /** Whether the relay has taken the envelopes that were sent before the freeze. */
  readonly isTaken?: boolean;
  readonly durationMs: number;
}

/** Shorter than a connection is kept for the next request, and longer. */
const [SHORT_MS, LONG_MS] = [700, 3000];

export const ROUNDS: readonly Round[] = [
  { during: 'idle', durationMs: LONG_MS },
  { during: 'idle', cut: 'close', durationMs: SHORT_MS },
  { during: 'open', durationMs: LONG_MS },
  { during: 'idle', cut: 'reset', durationMs: SHORT_MS },
  { during: 'flushing', isTaken: true, durationMs: LONG_MS },
  { during: 'idle', cut: 'forget', durationMs: SHORT_MS },
  { during: 'open', cut: 'reset', durationMs: LONG_MS },
  { during: 'flushing', isTaken: false, cut: 'reset', durationMs: SHORT_MS },
  { during: 'flushing', isTaken: true, cut: 'close', durationMs: LONG_MS },
  { during: 'idle', cut: 'swallow', durationMs: LONG_MS },
];

export interface Site {
  readonly project: Project;
  readonly relay: Relay;
  readonly gateway: Gateway;
  readonly setup: RunningSetup;
}

/** Freezes the function in the midst of an event, or before one, and thaws it. Answers and commands are there before it is awake. */
export async function play(site: Site, name: string, round: Round): Promise<void> {
  const { relay, gateway, setup } = site;
  const { child, next } = setup;
  const { during, cut, isTaken, durationMs } = round;
  const waiting = next('waiting');
  if (during === 'flushing') await startFlush(site, name);
  else if (during === 'open') {
    const there = next('isOpen');
    child.send({ name, isOpen: true });
    await there;
  }
  const meanwhile = async (): Promise<void> => {
    const { answers } = gateway;
    if (isTaken) {
      const released = relay.release();
      while (gateway.answers < answers + released) await sleep(5);
    }
    if (cut !== undefined) gateway.cut(cut);
  };
  await freeze(child, durationMs, meanwhile, () => {
    relay.behave({ kind: 'normal' });
    relay.release();
    child.send(during === 'idle' ? { name } : 'go on');
  });
  await waiting;
}

/** Until the relay holds the integration's requests. The SDK does not try its own ones again: those have arrived before. */
async function startFlush({ relay, project, setup: { child, next } }: Site, name: string): Promise<void> {
  const hasEnded = next('hasEnded');
  if (project === 'sdk/10') relay.behave({ kind: 'silent' });
  const isThere = ({ items }: Relay): boolean =>
    project === 'sdk/10' || items.some(({ json }) => (json as Report)?.transaction === name);
  child.send({ name, isFlushing: true });
  await hasEnded;
  await relay.waitFor(isThere, 30_000);
  relay.behave({ kind: 'silent' });
  child.send('go on');
  await relay.waitFor(
    ({ requests }) =>
      requests.some(
        ({ status, items, aborted }) =>
          status === undefined && !aborted && items.some(({ type }) => type.startsWith('profile')),
      ),
    30_000,
  );
}
