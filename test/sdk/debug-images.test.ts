import { afterEach, beforeEach, expect, test } from 'vitest';
import { payloadsOf } from '../support/proxied.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** A CommonJS script and an ES module with profiles of their own, and one that runs while there is none. */
const BETWEEN = '/app/dist/between.js';
const DEBUG_IDS = {
  '/app/dist/orders.js': '0a6d9b9e-6a8f-4d8e-9d5f-2f2d3c1b0a01',
  [BETWEEN]: '0a6d9b9e-6a8f-4d8e-9d5f-2f2d3c1b0a02',
  'file:///app/dist/search.mjs': '0a6d9b9e-6a8f-4d8e-9d5f-2f2d3c1b0a03',
};
const PROFILED = Object.entries(DEBUG_IDS)
  .filter(([path]) => path !== BETWEEN)
  .map(([code_file, debug_id]) => ({ type: 'sourcemap', code_file, debug_id }));

const MEMBERS = ['_sentryDebugIds', '_debugIds'];
const VIEWS = ['nobody has looked at it', 'somebody has'];

async function run(project: '10' | '11', member: string, isSeen: boolean): Promise<void> {
  const result = await runScenario(project, 'mjs', {
    name: 'debug ids',
    dsn: relay.dsn,
    ...(project === '11' && { lifecycle: 'manual' }),
    bounded: { sampling: false },
    ...(isSeen && { variant: 'seen' }),
    debugIds: { member, byPath: DEBUG_IDS, between: BETWEEN },
  });
  expect({ isFlushed: result.isFlushed, output: result.output }).toEqual({ isFlushed: true, output: '' });
  expect(relay.invalid).toEqual([]);
  expect(result.stats).toMatchObject({ captured: 2, delivered: 2 });
}

/** The bundled scripts that have frames in a profile, by the paths that these say. */
function bundledIn({ profile }: ScenarioResult): string[] {
  const paths = profile.frames.map(({ abs_path }: { abs_path: string }) => abs_path);
  return [...new Set<string>(paths)].filter((path) => Object.hasOwn(DEBUG_IDS, path));
}

const CASES = MEMBERS.flatMap((member) => VIEWS.map((view) => [member, view] as const));

test.each(CASES)(
  'SDK 10, %s: a profile has the images of its own scripts and no other, where %s',
  async (member, view) => {
    await run('10', member, view !== VIEWS[0]);
    const profiles = payloadsOf<ScenarioResult>(relay, 'profile');
    const images = Object.fromEntries(
      profiles.map(({ transaction, debug_meta }) => [transaction.name, debug_meta.images]),
    );
    expect(profiles.map(bundledIn)).toEqual(profiles.map(({ transaction }) => [transaction.name]));
    expect(images).toEqual(Object.fromEntries(PROFILED.map((image) => [image.code_file, [image]])));
  },
);

test.each(CASES)(
  'SDK 11, %s: a chunk has the images of its own scripts and no other, where %s',
  async (member, view) => {
    await run('11', member, view !== VIEWS[0]);
    const chunks = payloadsOf<ScenarioResult>(relay, 'profile_chunk');
    expect(chunks.map(bundledIn)).toEqual(PROFILED.map(({ code_file }) => [code_file]));
    expect(chunks.map(({ debug_meta }) => debug_meta.images)).toEqual(PROFILED.map((image) => [image]));
  },
);
