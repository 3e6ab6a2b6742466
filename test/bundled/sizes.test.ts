import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = new URL('../../docs/bundling.md', import.meta.url);
const KB = 1000;

/** In kB: the most that a user's bundle may grow by, minified, and the same compressed. */
const BUDGETS = {
  'sentry-bounded-profiling': { minified: 130, compressed: 44 },
  'sentry-bounded-profiling/encoder': { minified: 14, compressed: 6 },
  'sentry-bounded-profiling/prometheus': { minified: 8, compressed: 4 },
  'sentry-bounded-profiling/opentelemetry': { minified: 8, compressed: 4 },
};

/** In kB, as npm downloads it, and as it lies on the disk. */
const PACKAGE_BUDGET = { compressed: 340, unpacked: 1400 };

/** Texts that occur in the integration alone. */
const FOREIGN = ['@sentry', 'BoundedProfiling', 'https-proxy-agent', 'diagnostics_channel'];

/** The bundle of a line of code, minified, without the packages that its user has anyway. */
async function bundleLine(line: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: line, resolveDir: HERE },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    external: ['@sentry/*', 'https-proxy-agent', 'prom-client', '@opentelemetry/api'],
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

const compress = (code: string): number => gzipSync(code, { level: 9 }).length;

/** The figures of a row of the docs, in kB. */
function figuresOf(name: string): number[] {
  const row = readFileSync(PAGE, 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`| \`${name}\` |`));
  return [...(row ?? '').matchAll(/\| (\d+) kB/g)].map(([, figure]) => Number(figure));
}

function expectFigures(name: string, sizes: readonly number[]): void {
  const figures = figuresOf(name);
  expect(figures, `docs/bundling.md says of ${name}, measured ${sizes}`).toHaveLength(sizes.length);
  for (const [i, bytes] of sizes.entries()) {
    expect(Math.abs((figures[i] ?? 0) - bytes / KB), `${name}: ${bytes} bytes`).toBeLessThan(
      Math.max(1, bytes / KB / 10),
    );
  }
}

test.each(Object.entries(BUDGETS))('%s keeps to its size, and the docs say it', async (name, budget) => {
  const code = await bundleLine(`export * from ${JSON.stringify(name)};`);
  const sizes = [code.length, compress(code)] as const;
  expect(sizes[0]).toBeLessThanOrEqual(budget.minified * KB);
  expect(sizes[1]).toBeLessThanOrEqual(budget.compressed * KB);
  expectFigures(name, sizes);
});

test('the packed package keeps to its size, and the docs say it', () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' })) as [
    { size: number; unpackedSize: number },
  ];
  expect(packed.size).toBeLessThanOrEqual(PACKAGE_BUDGET.compressed * KB);
  expect(packed.unpackedSize).toBeLessThanOrEqual(PACKAGE_BUDGET.unpacked * KB);
  expectFigures('npm pack', [packed.unpackedSize, packed.size]);
});

test('a bundle that encodes profiles has nothing of the integration, and works', async () => {
  const code = await bundleLine(`
    import { encodeProfile } from 'sentry-bounded-profiling/encoder';
    process.stdout.write(Buffer.concat([...encodeProfile(JSON.parse(process.argv[1]))]));
  `);
  const whole = await bundleLine("export * from 'sentry-bounded-profiling/encoder';");
  expect(code.length).toBeLessThan(whole.length);
  expect(FOREIGN.filter((text) => code.includes(text))).toEqual([]);
  const profile = JSON.stringify({
    profile: { samples: [{ stack_id: 0 }], stacks: [[0]], frames: [{ function: 'f' }] },
  });
  const args = ['--input-type=module', '--eval', code, profile];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe(profile);
});

test.each(Object.keys(BUDGETS))('a bundle that imports %s and uses nothing of it is empty', async (name) => {
  expect((await bundleLine(`import ${JSON.stringify(name)};`)).trim()).toBe('');
});
