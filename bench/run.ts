// Runs a benchmark by name: `npm run bench -- encode [--quick]`.
import { parseArgs } from 'node:util';
import { benchDelivery } from './delivery/index.ts';
import { benchEncode } from './encode/index.ts';
import { benchFlush } from './flush/index.ts';
import { benchGovernor } from './governor/index.ts';
import type { BenchOptions } from './options.ts';
import { benchRegistry } from './registry/index.ts';
import { benchService } from './service/index.ts';
import { benchSizing } from './sizing/index.ts';
import { killChildrenOnSignals } from './support/children.ts';
import { benchThin } from './thin/index.ts';

const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  delivery: benchDelivery,
  encode: benchEncode,
  flush: benchFlush,
  governor: benchGovernor,
  registry: benchRegistry,
  service: benchService,
  sizing: benchSizing,
  thin: benchThin,
};

const USAGE = `Usage: npm run bench -- <name> [--quick] [--runs 3] [--only <text>]

  delivery  how old transactions are when they arrive: stock SDK, this package
  encode    CPU, memory, event loop and bytes of one profile on its way to the server: stock SDK, json-ext, this package
  flush     how long a flush takes at the end of a serverless function: stock SDK, this package
  governor  what the sampling rate does in simulated services: a chart of each in docs/governor
  registry  what profiling costs a server that others wrote, at 60 requests a second: none, stock SDK, this package
  service   what profiling costs a service with ever more requests open at once: none, stock SDK, this package
  sizing    what a container, a service, cluster workers and a function need: without profiling, with this package
  thin      what a profile of 64 MB still shows when it is thinned to fit a limit

  --quick   one repetition of each case, without the largest; nothing is written
  --runs    repetitions of each case of delivery, flush, registry, service and sizing
  --only    of delivery, flush, registry, service and sizing the cases with this in their names, as "SDK 10, 64"; nothing is written`;

killChildrenOnSignals();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
});
const [name = '', ...others] = positionals;
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
const runs = Number(values.runs);
if (bench === undefined || others.length > 0 || !(Number.isInteger(runs) && runs > 0)) {
  console.error(USAGE);
  process.exitCode = 2;
} else await bench({ isQuick: values.quick, runs: values.quick ? 1 : runs, only: values.only });
