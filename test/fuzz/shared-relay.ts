import { afterAll } from 'vitest';
import { type Relay, startRelay } from '../support/relay/index.ts';

/**
 * A relay of its own for each of thousands of runs would soon have had every port of the machine, and met the clients of
 * other tests that are trying to reach theirs again. One for all would hold whatever it has ever seen.
 */
const MAX_USES = 50;

let relay: Relay | undefined;
let uses = 0;

/** A relay that nobody else uses at the moment. */
export async function borrowRelay(): Promise<Relay> {
  if (relay !== undefined && uses++ < MAX_USES) return relay;
  await relay?.close();
  relay = await startRelay();
  uses = 1;
  return relay;
}

afterAll(() => relay?.close());

/** A relay's records of one run. */
export type Seen = Pick<Relay, 'items' | 'requests' | 'invalid' | 'protocolErrors'>;

/** @returns reads the records of the relay since this call */
export function watch({ items, requests, invalid, protocolErrors }: Relay): () => Seen {
  const [i, r, v, p] = [items.length, requests.length, invalid.length, protocolErrors.length];
  return () => ({
    items: items.slice(i),
    requests: requests.slice(r),
    invalid: invalid.slice(v),
    protocolErrors: protocolErrors.slice(p),
  });
}
