import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { drawMemory } from './chart.ts';
import { mebibytes, seconds } from './format.ts';
import { Progress } from './progress.ts';
import type { RunResult } from './result.ts';
import { runMode } from './run-mode.ts';
import * as scenario from './scenario.ts';
import { renderTable } from './table.ts';

const DOCS = new URL('../../docs/', import.meta.url);
const { connections, requests, HEAP_LIMIT_BYTES, MAX_BODY_BYTES, SILENCE, RUN_MS } = scenario;

const LOAD = `${requests} requests over ${connections} connections`;
const SUBTITLE = `${LOAD}, sample rates 1; the relay is silent for ${seconds(SILENCE.forMs)}`;
console.log(`The same Express service three times: ${SUBTITLE}.`);
console.log(
  `Heap limit ${mebibytes(HEAP_LIMIT_BYTES)}; bodies of up to ${mebibytes(MAX_BODY_BYTES)} pass the relay.\n`,
);

const progress = new Progress(3 * RUN_MS);
const none = await runMode('none', progress);
const stock = await runMode('stock', progress);
const bounded = await runMode('bounded', progress);
progress.stop();

console.log(renderTable(none, [stock, bounded]));
console.log('Peak RSS, stall and latency of the profiled services: on top of the one without profiling.');
for (const warning of [none, stock, bounded].flatMap(({ warnings }) => warnings))
  console.log(`Warning: ${warning}`);

mkdirSync(DOCS, { recursive: true });
write('memory.svg', await drawMemory([none, stock, bounded], SUBTITLE));
write('demo.json', `${JSON.stringify(record(), null, 2)}\n`);
process.exit(0);

function write(name: string, content: string): void {
  const path = fileURLToPath(new URL(name, DOCS));
  writeFileSync(path, content);
  console.log(`Wrote ${path}`);
}

/** For whoever wants the figures without the curve. */
function record() {
  const { version } = process;
  const machine = {
    node: version,
    platform: platform(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
  };
  const withoutCurve = ({ memory: _, ...run }: RunResult) => run;
  return {
    machine,
    load: { connections, requests, heapLimitBytes: HEAP_LIMIT_BYTES, silentMs: SILENCE.forMs },
    none: withoutCurve(none),
    stock: withoutCurve(stock),
    bounded: withoutCurve(bounded),
  };
}
