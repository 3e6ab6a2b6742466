import { onTestFinished } from 'vitest';
import { type Nginx, type NginxOptions, startNginx } from './nginx.ts';
import { type Relay, type RelayOptions, startRelay } from './relay/index.ts';

/** A relay, and the nginx that clients reach it through. */
export interface Proxied {
  readonly relay: Relay;
  readonly nginx: Nginx;
}

/** Starts both for one test. */
export async function startProxied(
  options: Omit<NginxOptions, 'upstreamPort'> = {},
  relayOptions: RelayOptions = {},
): Promise<Proxied> {
  const relay = await startRelay(relayOptions);
  onTestFinished(() => relay.close());
  const nginx = await startNginx({ ...options, upstreamPort: relay.port });
  onTestFinished(() => nginx.close());
  return { relay, nginx };
}

/** The payloads of this type that the relay has received. */
export function payloadsOf<Payload>({ items }: Relay, type: string): Payload[] {
  return items.filter((item) => item.type === type).map(({ json }) => json as Payload);
}

/** How many requests nginx answered with which status. */
export async function countStatuses(nginx: Nginx): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of await nginx.log()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
