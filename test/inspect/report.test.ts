import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { compactProfile, measureProfile } from '../../src/encoder.ts';
import { recordProfile } from '../support/native-profiler.ts';
import { realisticProfile } from '../support/profiles.ts';
import {
  chunkEnvelope,
  type ExampleEnvelope,
  transactionEnvelope,
  writeEnvelope,
} from '../support/relay/examples.ts';
import { payloadOf, recordEnvelopes } from './real-profiles.ts';
import { reportOf, reportsOf, runCommand, writeInput } from './run-inspect.ts';

let real: { readonly v1: ExampleEnvelope; readonly v2: ExampleEnvelope };

beforeAll(() => {
  real = recordEnvelopes();
});

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('the report of a real profile', () => {
  test.each(['v1', 'v2'] as const)('tells what it is made of: %s', async (format) => {
    const payload = payloadOf(real[format]);
    const { samples, stacks, frames } = payload.profile;
    const compact = compactProfile(payload);
    const report = await reportOf(writeEnvelope(real[format]));
    expect(report).toEqual({
      format,
      samples: samples.length,
      stacks: stacks.length,
      frames: frames.length,
      bytes: {
        total: jsonBytes(payload),
        samples: jsonBytes(samples),
        stacks: jsonBytes(stacks),
        frames: jsonBytes(frames),
      },
      distinct: { stacks: compact.profile.stacks.length, frames: compact.profile.frames.length },
      compactBytes: measureProfile(compact),
      relay: { accepted: true, reasons: [] },
      hottest: report.hottest,
    });
    expect(report.compactBytes).toBeLessThan(report.bytes.total);
    expect(
      report.hottest.find(({ function: name }) => name === 'recordTypeChecking')?.totalShare,
    ).toBeGreaterThan(0.5);
    expect(
      report.hottest.every(({ selfShare, totalShare }) => selfShare <= totalShare && totalShare <= 1),
    ).toBe(true);
  });

  test('is the same for an envelope, a gzipped one and the payload alone', async () => {
    const envelope = writeEnvelope(real.v2);
    const payload = payloadOf(real.v2);
    const report = await reportOf(envelope);
    expect(await reportOf(gzipSync(envelope))).toEqual(report);
    expect(await reportOf(Buffer.from(JSON.stringify(payload)))).toEqual(report);
    expect(await reportOf(gzipSync(JSON.stringify(payload, undefined, 2)))).toEqual(report);
  });

  test('is the same behind a byte order mark', async () => {
    const envelope = writeEnvelope(real.v2);
    const marked = (text: Buffer): Buffer => Buffer.concat([Buffer.from('\uFEFF'), text]);
    const report = await reportOf(envelope);
    expect(await reportOf(marked(envelope))).toEqual(report);
    expect(await reportOf(gzipSync(marked(Buffer.from(JSON.stringify(payloadOf(real.v2))))))).toEqual(report);
  });

  test('is the same from standard input', async () => {
    const envelope = writeEnvelope(real.v2);
    const { stdout, exitCode } = await runCommand(['inspect', '-', '--json'], oneByOne(gzipSync(envelope)));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(await reportsOf(envelope));
  });

  test('says less of what was compacted already, and that nothing more can be saved', async () => {
    const compact = compactProfile(payloadOf(real.v2));
    const { bytes, compactBytes, frames, stacks, distinct } = await reportOf(
      Buffer.from(JSON.stringify(compact)),
    );
    expect(compactBytes).toBe(bytes.total);
    expect(distinct).toEqual({ stacks, frames });
  });

  test('reads well without --json', async () => {
    const path = writeInput(writeEnvelope(real.v2));
    const { stdout, stderr } = await runCommand(['inspect', path]);
    const { samples, stacks, frames } = payloadOf(real.v2).profile;
    expect(stderr).toBe('');
    expect(stdout).toContain(
      `${path}, item 1: format v2 (chunk of continuous profiling), node, ${samples.length.toLocaleString('en-US')} samples`,
    );
    expect(stdout).toMatch(
      new RegExp(`frames +[\\d,]+ +[\\d.]+% +${frames.length.toLocaleString('en-US')} `),
    );
    const bytesOf = (row: string): number =>
      Number(new RegExp(`^ +${row} +([\\d,]+)`, 'm').exec(stdout)?.[1]?.replaceAll(',', ''));
    const rows = ['frames', 'stacks', 'samples', 'the rest'].map(bytesOf);
    expect(bytesOf('total')).toBe(jsonBytes(payloadOf(real.v2)));
    expect(rows.reduce((sum, bytes) => sum + bytes, 0)).toBe(bytesOf('total'));
    expect(bytesOf('frames')).toBe(jsonBytes(frames));
    expect(bytesOf('stacks')).toBe(jsonBytes(stacks));
    expect(stdout).toContain('Relay would take it.');
    expect(stdout).toMatch(/% {2}recordTypeChecking\n/);
  });
});

test('a function whose name has line breaks or codes for a terminal is one row of text', async () => {
  const envelope = chunkEnvelope();
  payloadOf(envelope).profile.frames[0].function = 'a\nb\u001b[2J\u009bc';
  const { stdout } = await runCommand(['inspect', writeInput(writeEnvelope(envelope))]);
  expect(stdout).toMatch(/% {2}a\ufffdb\ufffd\[2J\ufffdc\n/);
});

/** A pipe may split a gzip stream anywhere, its first two bytes too. */
function* oneByOne(bytes: Buffer): Generator<Uint8Array> {
  for (let i = 0; i < 4; i++) yield bytes.subarray(i, i + 1);
  yield bytes.subarray(4);
}

describe('the hottest functions', () => {
  const sample = (stack_id: number, timestamp: number, thread_id = '0') => ({
    stack_id,
    timestamp,
    thread_id,
  });

  async function hottestOf(samples: object[], stacks: number[][], frames: object[], platform = 'node') {
    const envelope = chunkEnvelope();
    Object.assign(payloadOf(envelope), { platform, profile: { samples, stacks, frames } });
    const { hottest } = await reportOf(writeEnvelope(envelope));
    return hottest.map((one) => [one.function, round(one.selfShare), round(one.totalShare)]);
  }

  test('weigh a sample by the time to the next of its thread, whatever their order', async () => {
    const samples = [
      sample(1, 103),
      sample(0, 100),
      sample(0, 100.5, '1'),
      sample(0, 104),
      sample(1, 101.5, '1'),
    ];
    const hottest = await hottestOf(samples, [[0], [1, 0]], [{ function: 'main' }, { function: 'leaf' }]);
    expect(hottest).toEqual([
      ['main', 0.8, 1],
      ['leaf', 0.2, 0.2],
    ]);
  });

  test('count a function that calls itself once, and idle time as nobody’s', async () => {
    const samples = [sample(0, 100), sample(1, 101), sample(0, 104)];
    expect(await hottestOf(samples, [[0, 0, 0], []], [{ function: 'again' }])).toEqual([
      ['again', 0.25, 0.25],
    ]);
  });

  test('leave out what V8 puts under each stack, and take its (idle) for idle time', async () => {
    const frames = [{ function: '(root)' }, { function: '(idle)' }, { function: 'work' }];
    const samples = [sample(0, 100), sample(1, 103), sample(0, 104)];
    expect(
      await hottestOf(
        samples,
        [
          [1, 0],
          [2, 0],
        ],
        frames,
      ),
    ).toEqual([['work', 0.25, 0.25]]);
  });

  const at = (lineno: number, colno: number, abs_path = '/app/a.js') => ({
    function: 'get',
    abs_path,
    lineno,
    colno,
  });
  const oneAfterTheOther = [sample(0, 100), sample(1, 101), sample(2, 103), sample(0, 107)];

  test('have a function once, from however many lines it was called: Node tells the line of the call', async () => {
    const frames = [at(1, 3), at(9, 3), at(12, 3)];
    expect(await hottestOf(oneAfterTheOther, [[0], [1], [2]], frames)).toEqual([['get', 1, 1]]);
    // Once in a stack too, where it was called by itself.
    expect(await hottestOf(oneAfterTheOther, [[0, 1], [1, 2], [2]], frames)).toEqual([['get', 1, 1]]);
  });

  test('tell functions of one name apart by their file and the column where they begin', async () => {
    const frames = [at(1, 3), at(1, 7), at(1, 3, '/app/b.js')];
    expect(await hottestOf(oneAfterTheOther, [[0], [1], [2]], frames)).toEqual([
      ['get (/app/b.js:1:3)', 0.571, 0.571],
      ['get (/app/a.js:1:7)', 0.286, 0.286],
      ['get (/app/a.js:1:3)', 0.143, 0.143],
    ]);
  });

  test('tell no line of a function that has several', async () => {
    const frames = [at(1, 3), at(9, 3), at(1, 3, '/app/b.js')];
    expect(await hottestOf(oneAfterTheOther, [[0], [1], [2]], frames)).toEqual([
      ['get (/app/b.js:1:3)', 0.571, 0.571],
      ['get (/app/a.js)', 0.429, 0.429],
    ]);
  });

  test('are told apart by the line too where it is their own, as in a browser, and never where it is the one that ran', async () => {
    const frames = [at(1, 3), at(9, 3), at(1, 3)];
    expect(await hottestOf(oneAfterTheOther, [[0], [1], [2]], frames, 'javascript')).toEqual([
      ['get (/app/a.js:1:3)', 0.714, 0.714],
      ['get (/app/a.js:9:3)', 0.286, 0.286],
    ]);
    expect(await hottestOf(oneAfterTheOther, [[0], [1], [2]], frames, 'python')).toEqual([['get', 1, 1]]);
  });

  test('of a real profile have a function once that was called from two lines', async () => {
    const { samples, stacks, frames } = recordProfile(400);
    const lines = frames.flatMap(({ function: name, lineno }) => (name === 'work' ? [lineno] : []));
    expect(new Set(lines).size).toBeGreaterThan(1);
    const envelope = transactionEnvelope();
    Object.assign(payloadOf(envelope).profile, { samples, stacks, frames });
    const { hottest } = await reportOf(writeEnvelope(envelope));
    const names = hottest.map(({ function: label }) => label).filter((label) => /^work\b/.test(label));
    expect(names).toEqual(['work']);
  });
});

function round(share: number): number {
  return Math.round(share * 1000) / 1000;
}

describe('several profiles in one envelope', () => {
  test('are all reported, and refused because there are several', async () => {
    const envelope = chunkEnvelope();
    const [chunk] = envelope.items;
    if (chunk === undefined) throw new Error('no chunk');
    envelope.items.push({
      header: chunk.header,
      payload: { ...chunk.payload, ...realisticProfile({ samples: 50 }) },
    });
    const reports = await reportsOf(writeEnvelope(envelope));
    expect(reports.map(({ samples }) => samples)).toEqual([2, 50]);
    for (const { relay } of reports) {
      expect(relay).toEqual({
        accepted: false,
        reasons: ['an envelope may have one profile, and this one has 2'],
      });
    }
  });
});
