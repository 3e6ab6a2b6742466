import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Sample } from '../support/prometheus.ts';

/** Values that Grafana would put in the place of its variables. */
const VALUES: Readonly<Record<string, string>> = {
  $__rate_interval: '1m',
  $__range: '5m',
  $job: '.+',
  $instance: '.+',
};

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}

interface Variable {
  readonly type: string;
  readonly definition: string;
}

export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

/** A query of a panel, and the labels that its legend shows. */
export interface Query {
  readonly panel: string;
  readonly expression: string;
  readonly labels: readonly string[];
}

const PATH = fileURLToPath(new URL('../../examples/grafana/dashboard.json', import.meta.url));

export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync(PATH, 'utf8')) as Dashboard;
}

export function queriesOf({ panels }: Dashboard): Query[] {
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({
      panel: title,
      expression: substitute(expr),
      labels: Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label = '']) => label),
    })),
  );
}

/** The label and the series of each variable that Grafana asks Prometheus for. */
export function variablesOf({ templating }: Dashboard): { label: string; match: string }[] {
  return templating.list.flatMap(({ type, definition }) => {
    const [, match, label] = /^label_values\((.+), (\w+)\)$/.exec(definition ?? '') ?? [];
    if (type !== 'query') return [];
    if (match === undefined || label === undefined) throw new Error(`no label_values: ${definition}`);
    return [{ label, match: substitute(match) }];
  });
}

/** Takes the left side of an alert's comparison, which has a value even when the alert does not fire. */
export function withoutComparison(expression: string): string {
  const bare = expression.replace(/\s*(?:>=|<=|>|<|==|!=)\s*-?[\d.]+\s*$/, '');
  if (bare === expression) throw new Error(`no comparison at the end: ${expression}`);
  return bare;
}

/** Whether a result would draw something. */
export function hasValues(samples: readonly Sample[]): boolean {
  return samples.some(({ value }) => Number.isFinite(value));
}

function substitute(expression: string): string {
  const text = Object.entries(VALUES).reduce((all, [name, value]) => all.replaceAll(name, value), expression);
  if (text.includes('$')) throw new Error(`a variable without a value: ${text}`);
  return text;
}
