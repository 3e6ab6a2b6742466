// Imports run downward. `npm run check` holds src to this list of layers, from the top down.

/** Folders and files of src. What stands in one line does not know of each other. */
export const LAYERS = [
  ['index', 'cli'],
  ['integration'],
  ['bounded-client'],
  ['client-edge', 'capture', 'inspect', 'prometheus', 'opentelemetry'],
  ['deliver', 'seam', 'encoder'],
  ['record', 'sampling'],
  ['observe'],
  ['ledger', 'resolve-options'],
  ['default-budget'],
  ['container'],
  ['options', 'process-limits'],
  ['profile'],
  ['encode'],
  ['survive'],
  ['sdk', 'pace', 'replace-method', 'async-context', 'units'],
];

/** Statistics have the type that the part has which counts them. Of the parts above it, this one may know types. */
const KNOWS_TYPES_ABOVE = 'observe';

const within = (/** @type {readonly string[]} */ names) => `^src/(${names.join('|')})(?:/|[.]ts$)`;

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const downward = LAYERS.map((layer, i) => ({
  name: `${layer.join(', ')}: downward only`,
  severity: 'error',
  from: { path: within(layer) },
  to: {
    path: '^src/',
    pathNot: ['^src/$1(?:/|[.]ts$)', within(LAYERS.slice(i + 1).flat())],
    ...(layer.includes(KNOWS_TYPES_ABOVE) && { dependencyTypesNot: ['type-only'] }),
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...downward,
    {
      name: 'every file has its layer',
      severity: 'error',
      from: { path: '^src/', pathNot: within(LAYERS.flat()) },
      to: {},
    },
  ],
  options: { tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
};
