// Runs a benchmark by name: `npm run bench -- encode [--quick]`.
import { benchEncode } from './encode/index.ts';
import { benchGovernor } from './governor/index.ts';
import { killChildrenOnSignals } from './support/children.ts';
import { benchThin } from './thin/index.ts';

const BENCHES: Readonly<Record<string, (options: { isQuick: boolean }) => Promise<void>>> = {
  encode: benchEncode,
  governor: benchGovernor,
  thin: benchThin,
};

const USAGE = `Usage: npm run bench -- <name> [--quick]

  encode    CPU, memory, event loop and bytes of one profile on its way to the server: stock SDK, json-ext, this package
  governor  what the sampling rate does in simulated services: a chart of each in docs/governor
  thin      what a profile of 64 MB still shows when it is thinned to fit a limit

  --quick   one repetition of each case, without the 600 MB profile; nothing is written`;

killChildrenOnSignals();
const args = process.argv.slice(2);
const [name = '', ...others] = args.filter((arg) => arg !== '--quick');
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined || others.length > 0) {
  console.error(USAGE);
  process.exitCode = 2;
} else await bench({ isQuick: args.includes('--quick') });
