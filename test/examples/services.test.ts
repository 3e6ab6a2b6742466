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

/** The line that `onDrop` of the examples prints for a profile that came too late on a busy machine. */
const LATE = /^A profile was dropped: budget, .+\n/gm;

test.each([
  {
    name: 'express',
    args: ['--import', './instrument.mjs', 'app.mjs'],
    profiles: 'chunks',
    busyFrame: /medianOf/,
    prints: LISTENS,
  },
  {
    name: 'fastify',
    args: ['--import', './instrument.mjs', 'app.mjs'],
    profiles: 'chunks',
    busyFrame: /medianOf/,
    prints: LISTENS,
  },
  {
    name: 'nestjs',
    build: ['run', '--silent', 'build'],
    args: ['--import', './dist/instrument.js', 'dist/main.js'],
    profiles: 'transactions',
    busyFrame: /medianOf/,
    prints: LISTENS,
  },
  {
    name: 'next',
    build: ['run', '--silent', 'build'],
    args: ['node_modules/next/dist/bin/next', 'start'],
    env: { NEXT_MANUAL_SIG_HANDLE: 'true' },
    profiles: 'chunks',
    // Next shortens names when it builds.
    busyFrame: /\.next\/server\//,
    prints:
      /^▲ Next\.js 16\.[\d.]+\n- Local: .+\n- Network: .+\n✓ Ready in .+\n(✓ Running next\.config\.ts took .+\n)?$/,
  },
] as const)(
  'examples/$name: every request arrives, with valid profiles, and its statistics agree',
  async (example) => {
    const cwd = workshop.install(example.name);
    if ('build' in example) run('npm', example.build, cwd);
    const relay = await startRelay();
    onTestFinished(() => relay.close());
    const service = await Service.start({ cwd, dsn: relay.dsn, env: {}, ...example });
    onTestFinished(() => service.kill());
    await expectProfiled(service, relay, example);
    expect(service.output.replace(LATE, '')).toMatch(example.prints);
  },
);
