/** Dependencies of this repository, from a few kilobytes to a few hundred. */
export const PACKAGES = [
  'autocannon',
  'cli-progress',
  'cli-table3',
  'express',
  'fast-check',
  'publint',
  'tsup',
];

export const VERSIONS = Array.from({ length: 30 }, (_, minor) => `1.${minor}.0`);
