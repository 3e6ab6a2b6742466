import type { BoundedProfilingOptions, ProfilingStats } from '../../src/index.ts';
import type { Profile } from '../../src/profile/types.ts';
import { openClient } from '../support/client.ts';
import type { SdkEnvelope } from '../support/envelopes.ts';
import { startRelay } from '../support/relay/index.ts';

export interface Delivered {
  /** The payloads that arrived; several if the profile was split. */
  readonly arrived: Profile[];
  readonly stats: ProfilingStats;
}

/** Sends the profile of an envelope through a client with the integration, as the SDK would. */
export async function deliver(
  [header, items]: SdkEnvelope,
  bounded: BoundedProfilingOptions = {},
): Promise<Delivered> {
  const relay = await startRelay();
  try {
    const { client, transport, stats } = openClient(relay.dsn, bounded);
    // The integration takes the profile out of the envelope.
    await transport.send([header, [...items]] as never);
    await client.close(10_000);
    const profiles = relay.items.filter(({ type }) => type.startsWith('profile'));
    return { arrived: profiles.map(({ json }) => json as Profile), stats: stats() };
  } finally {
    await relay.close();
  }
}

/** The payload of the profile in an envelope. */
export function profileIn([, items]: SdkEnvelope): Profile {
  return items.at(-1)?.[1] as Profile;
}
