import type { Behaviour, Relay } from '../support/relay/index.ts';
import { figureOf, type Service, until } from './service.ts';

/** More at once than a megabyte has room for, before it is known how small they are. */
const CROWD = 80;

interface Provocation {
  readonly behaviour: Behaviour;
  readonly path?: string;
  readonly times?: number;
}

/** How a profile is lost for each reason. `shutdown` comes when the client is closed. */
const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  rejected: { behaviour: { kind: 'status', status: 500 } },
  malformed: { behaviour: { kind: 'normal' }, path: '/malformed' },
  budget: { behaviour: { kind: 'slow', delayMs: 4000 }, times: CROWD },
  network: { behaviour: { kind: 'reset' } },
  'rate-limited': { behaviour: { kind: 'rate-limited', header: '1:profile:organization', status: 200 } },
  'too-large': { behaviour: { kind: 'status', status: 413 } },
};

export const REASONS: readonly string[] = [...Object.keys(PROVOCATIONS), 'shutdown'];

/** Loses profiles for every reason but `shutdown`, skips some, and delivers others. */
export async function provoke(service: Service, relay: Relay): Promise<void> {
  const isCounted = async (name: string): Promise<boolean> => figureOf(await service.scrape(), name) > 0;
  await repeat(
    'a profile that has no room',
    () => service.visit('/', CROWD),
    async () => (await isCounted(skipped('rate'))) || isCounted(skipped('budget')),
  );
  await repeat(
    'a profile without a tick',
    async () => service.tell('short'),
    () => isCounted(skipped('short')),
  );
  for (const [reason, { behaviour, path = '/', times = 1 }] of Object.entries(PROVOCATIONS)) {
    relay.behave(behaviour);
    await repeat(
      reason,
      () => service.visit(path, times),
      () => isCounted(`profiles_dropped_total{reason="${reason}"}`),
    );
    relay.behave({ kind: 'normal' });
  }
  await repeat(
    'a delivered profile',
    () => service.visit('/'),
    () => isCounted('profiles_delivered_total'),
  );
  await repeat(
    'an abandoned profile',
    () => service.visit('/abandoned'),
    () => isCounted('profiles_abandoned_total'),
  );
}

function skipped(reason: string): string {
  return `profiles_skipped_total{reason="${reason}"}`;
}

/** Does something until it has had its effect. */
async function repeat(what: string, act: () => Promise<void>, isDone: () => Promise<boolean>): Promise<void> {
  await until(what, async () => {
    await act();
    return isDone();
  });
}
