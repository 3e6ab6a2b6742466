import { onTestFinished } from 'vitest';
import { type Relay, type RelayOptions, startRelay } from '../../support/relay/index.ts';

/** A relay that is closed when the test is over. */
export async function openRelay(options: RelayOptions = {}): Promise<Relay> {
  const relay = await startRelay(options);
  onTestFinished(() => relay.close());
  return relay;
}
