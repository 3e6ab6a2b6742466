import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/inspect/describe.ts';
import { realisticProfile } from '../support/profiles.ts';
import { chunkEnvelope, transactionEnvelope, writeEnvelope } from '../support/relay/examples.ts';
import { payloadOf } from './real-profiles.ts';
import { reportOf, runCommand, writeInput } from './run-inspect.ts';

const CHUNK = writeEnvelope(chunkEnvelope());
const PROFILE = JSON.stringify(payloadOf(chunkEnvelope()));

/** Runs the command on a file that is no profile, and expects a single line about it. */
async function complaintAbout(bytes: Uint8Array | string): Promise<string> {
  const path = writeInput(Buffer.from(bytes));
  const { stdout, stderr, exitCode } = await runCommand(['inspect', path]);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  expect(stderr.startsWith(path)).toBe(true);
  expect(stderr.trimEnd()).not.toContain('\n');
  return stderr.slice(path.length).trimEnd();
}

describe('what is no profile', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['nothing', '', ': it is empty'],
    ['white space', ' \n\n', ': it is empty'],
    [
      'a text',
      '# Profiles',
      ': it begins with "# Profiles", so it is neither an envelope nor the JSON of a profile',
    ],
    [
      'a list',
      '[{"profile":{}}]',
      ': it begins with "[{\\"profile\\":{}}]", so it is neither an envelope nor the JSON of a profile',
    ],
    [
      'an envelope without items, or another JSON document in one line',
      '{"event_id":"a"}\n',
      ': it is neither a profile, for it has no `profile`, nor an envelope, for it has no items',
    ],
    [
      'a .cpuprofile',
      '{"nodes":[],"startTime":0,"endTime":1,"samples":[],"timeDeltas":[]}',
      ': it is a .cpuprofile, which DevTools, VS Code and speedscope open as it is',
    ],
    [
      'an envelope of other things',
      '{}\n{"type":"event"}\n{}\n{"type":"attachment","length":3}\na\nb\n{"type":"attachment"}\n\n',
      ': no profile is in this envelope: it has 1 event, 2 attachment',
    ],
    ['another JSON document', '{\n  "name": "package"\n}', ': it has no object `profile`'],
    [
      'a profile without samples',
      '{"profile":{"stacks":[],"frames":[]}}',
      ': it has no list `profile.samples`',
    ],
    [
      'a profile without frames',
      '{"profile":{"samples":[],"stacks":[]}}',
      ': it has no list `profile.frames`',
    ],
    [
      "Android's format",
      '{"platform":"android","sampled_profile":"AAAA"}',
      ": it is in Android's binary format, which is not read",
    ],
    [
      'a Perfetto trace',
      '{}\n{"type":"profile_chunk","content_type":"application/x-perfetto-trace","length":4,"meta_length":2}\n{}\u0001\u0002\n',
      ', item 1: it is a Perfetto trace, which is not read',
    ],
    ['an item that is no JSON', '{}\n{"type":"profile"}\nx\n', ', item 1: it is not JSON: Unexpected token'],
    ['an item that is a list', '{}\n{"type":"profile"}\n[]\n', ', item 1: it is no JSON object'],
    [
      'an item without a type',
      '{}\n{"length":2}\n{}',
      ': the header of item 1 is no JSON object with a `type`',
    ],
    [
      'a length that is none',
      '{}\n{"type":"profile","length":-1}\n{}',
      ': the `length` of item 1 (profile) is -1, not a number of bytes',
    ],
    [
      'a length that is too short',
      '{}\n{"type":"profile","length":1}\n{}',
      ': the `length` of item 1 (profile) is 1, and no newline follows there',
    ],
  ])('is told in one line: %s', async (_, bytes, complaint) => {
    expect(await complaintAbout(bytes)).toMatch(new RegExp(`^${escaped(complaint)}`));
  });

  test('is told in one line: a value nested deeper than the encoder goes', async () => {
    const depth = 100_000;
    const nested = `{"profile":{"samples":[],"stacks":[],"frames":[]},"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(await complaintAbout(nested)).toBe(': Expected at most 1000 levels of nesting');
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

describe('what breaks off', () => {
  test.each<[string, Uint8Array | string, RegExp]>([
    ['a profile', PROFILE.slice(0, 500), /^: it is not JSON: /],
    [
      'an envelope',
      CHUNK.subarray(0, -100),
      /^: it is truncated: item 1 \(profile_chunk\) should have \d+ bytes, and \d+ are there$/,
    ],
    [
      'the header of an item',
      CHUNK.subarray(0, 100),
      /^: the header of item 1 is no JSON object with a `type`; it may be truncated there$/,
    ],
    ['a gzip stream', gzipSync(CHUNK).subarray(0, -20), /^: it is truncated: its gzip stream has no end$/],
    [
      'the head of a gzip stream',
      gzipSync(CHUNK).subarray(0, 5),
      /^: it is truncated: its gzip stream has no end$/,
    ],
    [
      'nothing but the sign of gzip',
      Uint8Array.of(0x1f, 0x8b),
      /^: it is truncated: its gzip stream has no end$/,
    ],
  ])('is told in one line: %s', async (_, bytes, complaint) => {
    expect(await complaintAbout(bytes)).toMatch(complaint);
  });

  test('is told in one line: a gzip stream with a wrong checksum', async () => {
    const damaged = gzipSync(CHUNK);
    damaged.writeUInt32LE(0, damaged.length - 8);
    expect(await complaintAbout(damaged)).toBe(': its gzip stream is damaged: incorrect data check');
  });

  test('still tells of the profiles before that, which Relay would refuse with the rest', async () => {
    const envelope = chunkEnvelope();
    envelope.items.push({ header: { type: 'attachment' }, payload: 'x'.repeat(1000) });
    const path = writeInput(writeEnvelope(envelope).subarray(0, -10));
    const { stdout, stderr, exitCode } = await runCommand(['inspect', path, '--json']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('it is truncated: item 2 (attachment)');
    const [report] = JSON.parse(stdout) as Report[];
    expect(report?.relay).toEqual({
      accepted: false,
      reasons: ['the envelope could not be read to its end'],
    });
  });

  test('still tells of the profiles beside one that is none', async () => {
    const envelope = transactionEnvelope();
    envelope.items.unshift({ header: { type: 'profile' }, payload: { profile: null } });
    const path = writeInput(writeEnvelope(envelope));
    const { stdout, stderr, exitCode } = await runCommand(['inspect', path, '--json']);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`${path}, item 1: it has no object \`profile\`\n`);
    expect(JSON.parse(stdout)).toHaveLength(1);
  });
});

describe('a profile with broken members', () => {
  test('is described as far as it goes, without what compaction would leave of it', async () => {
    const profile = realisticProfile({ samples: 20 });
    const { samples, stacks, frames } = profile.profile as unknown as Record<string, unknown[]>;
    samples?.push(null, { stack_id: 'length', thread_id: 7, timestamp: 'now' });
    stacks?.push(['length', -1, 1e9] as unknown[], null);
    frames?.push(null, 'frame', { function: 7, lineno: -1, abs_path: null });
    const report = await reportOf(Buffer.from(JSON.stringify(profile)));
    expect(report).toMatchObject({ samples: 22, compactBytes: null, relay: { accepted: false } });
    expect(report.hottest.length).toBeGreaterThan(0);
  });
});
