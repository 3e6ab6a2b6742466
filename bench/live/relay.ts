// The relay stand-in as a process of its own: to read profiles takes time, which must not slow the load down.
import { startRelay } from '../../test/support/relay/index.ts';
import type { RelayMessage } from './messages.ts';
import { Tally } from './tally.ts';

const tally = new Tally();
const relay = await startRelay({ keepItems: false, onItem: (item) => tally.add(item) });

process.on('message', () => {
  const invalid = relay.invalid.filter(({ type }) => type.startsWith('profile'));
  const invalidProfiles = invalid.filter(({ type }) => type === 'profile').length;
  tell({
    type: 'report',
    report: {
      profiles: tally.profiles - invalidProfiles,
      chunks: tally.chunks,
      invalid: invalid.map(({ type, problems }) => `${type}: ${problems.join(', ')}`),
    },
  });
});
process.on('disconnect', () => process.exit());
tell({ type: 'ready', dsn: relay.dsn });

function tell(message: RelayMessage): void {
  process.send?.(message);
}
