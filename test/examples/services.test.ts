import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { expectProfiled } from '../support/profiled-service.ts';
import { startRelay } from '../support/relay/index.ts';
import { Service } from '../support/service.ts';
import { run, Workshop } from './install.ts';

let workshop: Workshop;
beforeAll(() => {
  workshop = new Workshop();
});
afterAll(() => workshop.dispose());

const LISTENS = /^Listening on http:\/\/[\w.]+:\d+\n$/;

/** What `onDrop` of the examples says of a profile that did not get its turn on a busy machine. */
const LATE = /^A profile was dropped: budget, .+\n/gm;

test.each([
  {
    name: 'express',
    args: ['--import', './instrument.mjs', 'app.mjs'],
    profiles: 'chunks',
    busyFunction: 'medianOf',
    prints: LISTENS,
  },
  {
    name: 'fastify',
    args: ['--import', './instrument.mjs', 'app.mjs'],
    profiles: 'chunks',
    busyFunction: 'medianOf',
    prints: LISTENS,
  },
  {
    name: 'nestjs',
    build: ['run', '--silent', 'build'],
    args: ['--import', './dist/instrument.js', 'dist/main.js'],
    profiles: 'transactions',
    busyFunction: 'medianOf',
    prints: LISTENS,
  },
] as const)(
  'examples/$name: every request arrives, with valid profiles, and its statistics agree',
  async (example) => {
    const cwd = workshop.install(example.name);
    if ('build' in example) run('npm', example.build, cwd);
    const relay = await startRelay();
    onTestFinished(() => relay.close());
    const service = await Service.start({ args: example.args, cwd, dsn: relay.dsn });
    onTestFinished(() => service.kill());
    await expectProfiled(service, relay, example);
    expect(service.output.replace(LATE, '')).toMatch(example.prints);
  },
);
