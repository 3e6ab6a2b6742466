import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { registerProfilingMetrics } from '../../src/prometheus.ts';
import { readDashboard } from '../prometheus/queries.ts';

// Checks of the examples that need no Prometheus. `npm run test:prometheus` has one.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

async function registeredNames(): Promise<string[]> {
  const registry = new Registry();
  registerProfilingMetrics(registry);
  return (await registry.getMetricsAsJSON()).map(({ name }) => name).sort();
}

function namesIn(text: string): string[] {
  return [...new Set(text.match(/\bsentry_bounded_profiling_\w+/g))].sort();
}

test('the dashboard shows every metric, and none that does not exist', async () => {
  const { panels } = readDashboard();
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(namesIn(expressions.join())).toEqual(await registeredNames());
});

test('the alerts know none that does not exist', async () => {
  const names = namesIn(read('examples/prometheus/alerts.yml'));
  expect(names.length).toBeGreaterThan(5);
  expect(await registeredNames()).toEqual(expect.arrayContaining(names));
});

test('each panel of the dashboard has a description, a unit, and the data source that is chosen', () => {
  const panels = readDashboard().panels.filter(({ type }) => type !== 'row');
  expect(panels.length).toBeGreaterThan(20);
  for (const { title, description = '', datasource, fieldConfig } of panels) {
    expect.soft(description, title).toMatch(/\.$/);
    expect.soft(fieldConfig?.defaults.unit, title).toMatch(/^\w+$/);
    expect.soft(datasource?.uid, title).toBe('$' + '{datasource}');
  }
});

test('the rows of the dashboard are the questions of a user', () => {
  const rows = readDashboard().panels.filter(({ type }) => type === 'row');
  expect(rows.map(({ title }) => title)).toEqual([
    'What it costs',
    'What is lost, and why',
    'Is it reduced, and by what',
    'Uploads',
    'Memory',
  ]);
});

test('the service of the example wants the versions that it is tested with', () => {
  const dependenciesOf = (path: string): Record<string, string> => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(path));
    return { ...devDependencies, ...dependencies };
  };
  const sdk = dependenciesOf('test/sdk/10/package.json');
  expect(dependenciesOf('examples/prometheus/package.json')).toEqual({
    '@sentry/node': sdk['@sentry/node'],
    '@sentry/profiling-node': sdk['@sentry/profiling-node'],
    'prom-client': dependenciesOf('package.json')['prom-client'],
    // Which is packed when it is installed. A user has the name of the package alone.
    'sentry-bounded-profiling': 'file:../..',
  });
});
