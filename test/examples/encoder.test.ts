import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compactProfile } from '../../src/encoder.ts';
import { recordProfile } from '../support/native-profiler.ts';
import { run, Workshop } from './install.ts';

let workshop: Workshop;
beforeAll(() => {
  workshop = new Workshop();
});
afterAll(() => workshop.dispose());

test('examples/encoder: a real profile is compacted and written, with no SDK installed', () => {
  const cwd = workshop.install('encoder');
  expect(existsSync(join(cwd, 'node_modules/@sentry'))).toBe(false);
  const { samples, stacks, frames } = recordProfile(300);
  const profile = { version: '1', profile: { samples, stacks, frames } };
  const text = JSON.stringify(profile);
  writeFileSync(join(cwd, 'profile.json'), text);
  const output = run('npm', ['start', '--silent', '--', 'profile.json', 'profile.json.gz'], cwd);
  const written = gunzipSync(readFileSync(join(cwd, 'profile.json.gz'))).toString();
  expect(written).toBe(JSON.stringify(compactProfile(JSON.parse(text))));
  expect(output).toBe(`${Buffer.byteLength(text)} bytes before, ${Buffer.byteLength(written)} after\n`);
  expect(written.length).toBeLessThan(text.length);
});
