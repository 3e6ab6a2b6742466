import { constants } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/inspect/describe.ts';
import { type Ended, runCommand } from '../inspect/run-inspect.ts';
import { chunkEnvelope, writeEnvelope } from '../support/relay/examples.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Node, the loader of TypeScript and a profile of a few hundred bytes take a hundred or so. */
const STREAMED_MIB = 250;

const BLOCK = Buffer.alloc(MIB, 'x');
const NEWLINE = Buffer.from('\n');

function* filler(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= BLOCK.length) yield BLOCK.subarray(0, left);
}

/** A profile behind an attachment of that size. */
function* profileBehind(bytes: number, attachment: object): Generator<Uint8Array> {
  const [header, ...chunk] = writeEnvelope(chunkEnvelope()).toString().split('\n');
  yield Buffer.from(`${header}\n${JSON.stringify(attachment)}\n`);
  yield* filler(bytes);
  yield Buffer.from(`\n${chunk.join('\n')}`);
}

/** A profile of that size whose frames have one long name each. */
function* profileOf(bytes: number, itemHeader?: object): Generator<Uint8Array> {
  if (itemHeader !== undefined) yield Buffer.from(`{}\n${JSON.stringify(itemHeader)}\n`);
  const start = '{"profile":{"samples":[],"stacks":[],"frames":[{"function":"';
  const end = '"}]}}';
  yield Buffer.from(start);
  yield* filler(bytes - start.length - end.length);
  yield Buffer.from(end);
}

const COMPRESSED_BLOCK = gzipSync(BLOCK);

/** A gzip stream may have several members, one for each block here. To deflate gigabytes would take most of the time. */
function* compressed(blocks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const block of blocks) yield block.length === BLOCK.length ? COMPRESSED_BLOCK : gzipSync(block);
}

function inspect(input: Iterable<Uint8Array>): Promise<Ended> {
  return runCommand(['inspect', '-', '--json'], input);
}

describe('an envelope of a gigabyte', () => {
  test.each([
    ['with lengths', { type: 'attachment', length: GIB }],
    ['without', { type: 'attachment' }],
  ])('is read without holding it: %s', async (_, attachment) => {
    const { stdout, stderr, exitCode, peakMiB } = await inspect(profileBehind(GIB, attachment));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const [report] = JSON.parse(stdout) as Report[];
    expect(report?.samples).toBe(2);
    expect(report?.relay.reasons).toEqual([expect.stringMatching(/^an envelope may have 209715200 bytes/)]);
    expect(peakMiB).toBeLessThan(STREAMED_MIB);
  });

  test('is read without holding it: compressed', async () => {
    const { exitCode, stdout, peakMiB } = await inspect(
      compressed(profileBehind(GIB, { type: 'attachment', length: GIB })),
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(1);
    expect(peakMiB).toBeLessThan(STREAMED_MIB);
  });
});

describe('a profile longer than V8’s longest string', () => {
  const bytes = constants.MAX_STRING_LENGTH + 1;
  const complaint = `it is longer than ${constants.MAX_STRING_LENGTH} bytes, V8's longest string`;

  test('is skipped if its length is told, and the next one read', async () => {
    const next = writeEnvelope(chunkEnvelope()).toString().split('\n').slice(1).join('\n');
    function* input(): Generator<Uint8Array> {
      yield* profileOf(bytes, { type: 'profile', length: bytes });
      yield Buffer.from(`\n${next}`);
    }
    const { stdout, stderr, exitCode, peakMiB } = await inspect(input());
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`standard input, item 1: ${complaint}`);
    expect(JSON.parse(stdout)).toHaveLength(1);
    expect(peakMiB).toBeLessThan(STREAMED_MIB);
  });

  test('is told if it has no length', async () => {
    const { stderr, exitCode } = await inspect(profileOf(bytes, { type: 'profile' }));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`standard input, item 1: ${complaint}`);
  });

  test('is told if it was saved alone', async () => {
    const { stderr, exitCode } = await inspect(profileOf(bytes));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`standard input: ${complaint}`);
  });
});

test('a header that does not end is no header', async () => {
  function* input(): Generator<Uint8Array> {
    yield Buffer.from('{}\n{"type":"');
    yield* filler(64 * MIB);
    yield NEWLINE;
  }
  const { stderr, exitCode, peakMiB } = await inspect(input());
  expect(exitCode).toBe(1);
  expect(stderr).toContain('the header of item 1 is no JSON object with a `type`');
  expect(peakMiB).toBeLessThan(STREAMED_MIB);
});

test('a gzip bomb is given up', async () => {
  function* bomb(): Generator<Uint8Array> {
    yield Buffer.from('{}\n{"type":"attachment"}\n');
    yield* filler(2.1 * GIB);
  }
  const { stderr, exitCode, peakMiB } = await inspect(compressed(bomb()));
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^standard input: it is a gzip bomb: \d+ bytes have become \d+ times as many, and there is no end\n$/,
  );
  expect(peakMiB).toBeLessThan(STREAMED_MIB);
});
