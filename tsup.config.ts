import { defineConfig } from 'tsup';

/** Nobody imports the command. */
const COMMAND = 'cli';

export default defineConfig([
  {
    entry: {
      index: 'src/index.ts',
      encoder: 'src/encoder.ts',
      prometheus: 'src/prometheus.ts',
      opentelemetry: 'src/opentelemetry.ts',
    },
    format: ['esm', 'cjs'],
    target: 'node20',
    dts: true,
    // Both are built at the same time, and this one must not clean away files that the other has written already.
    clean: [`!${COMMAND}.js`],
    splitting: true,
    sourcemap: true,
    esbuildOptions(options) {
      // The sources would take more space than the code, and the repository has them under the tag of the version.
      options.sourcesContent = false;
    },
    treeshake: true,
    shims: true,
  },
  { entry: { [COMMAND]: 'src/cli.ts' }, format: ['esm'], target: 'node20', dts: false, treeshake: true },
]);
