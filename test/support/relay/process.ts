import type { Behaviour } from './behaviour.ts';
import type { RelayLimits } from './limits.ts';
import type { InvalidItem, Totals } from './records.ts';
import { startRelay } from './server.ts';

/** Commands of the parent to a relay that runs as a process of its own. */
export type RelayCommand =
  | { type: 'behave'; behaviour: Behaviour }
  | { type: 'release' }
  | { type: 'report' }
  | { type: 'stop' };

/** Messages of such a relay to its parent. */
export type RelayMessage =
  | { type: 'ready'; dsn: string; port: number }
  | {
      type: 'report';
      totals: Totals;
      counts: Record<string, number>;
      invalid: InvalidItem[];
      /** Profiles and profile chunks together. */
      profiles: number;
    };

/** The one argument, as JSON. */
export interface RelayArguments {
  port?: number;
  limits?: Partial<RelayLimits>;
}

const relayArguments = JSON.parse(process.argv[2] ?? '{}') as RelayArguments;
const relay = await startRelay({ ...relayArguments, keepItems: false });

function tell(message: RelayMessage): void {
  if (process.send === undefined) {
    throw new Error('the relay is to be forked: it speaks over an IPC channel');
  }
  process.send(message);
}

function report(): RelayMessage {
  const { totals, counts, invalid } = relay;
  const profiles = (counts.profile ?? 0) + (counts.profile_chunk ?? 0);
  return { type: 'report', totals, counts, invalid: [...invalid], profiles };
}

async function stop(): Promise<void> {
  await relay.close();
  process.exit(0);
}

async function obey(command: RelayCommand): Promise<void> {
  switch (command.type) {
    case 'behave':
      relay.behave(command.behaviour);
      break;
    case 'release':
      relay.release();
      break;
    case 'report':
      tell(report());
      break;
    case 'stop':
      await stop();
      break;
  }
}

process.on('message', (command: RelayCommand) => void obey(command));
process.on('disconnect', () => void stop());
tell({ type: 'ready', dsn: relay.dsn, port: relay.port });
