import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { provoke, REASONS } from './provoke.ts';
import { hasValues, queriesOf, readDashboard, variablesOf, withoutComparison } from './queries.ts';
import { EXAMPLE, figureOf, type Service, startService, until } from './service.ts';

const PREFIX = 'sentry_bounded_profiling_profiles_';

/** Changes the speed of the example's configuration, and the addresses of its services. Nothing else differs from a user's. */
function configure(services: readonly Service[]): string {
  const replacements = {
    'scrape_interval: 15s': 'scrape_interval: 500ms',
    'evaluation_interval: 15s': 'evaluation_interval: 1s',
    '- alerts.yml': `- ${join(EXAMPLE, 'alerts.yml')}`,
    "'localhost:3000'": services.map(({ port }) => `'127.0.0.1:${port}'`).join(', '),
  };
  return Object.entries(replacements).reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`not in the example's configuration: ${from}`);
      return text.replace(from, to);
    },
    readFileSync(join(EXAMPLE, 'prometheus.yml'), 'utf8'),
  );
}

/** @returns promtool's output, if it has found anything wrong */
function complaintOf(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return status === 0 ? stderr : `${stdout}${stderr}`;
}

describe('promtool', () => {
  test('finds nothing wrong with the alerts and the configuration of the example', () => {
    expect(complaintOf(['check', 'rules', join(EXAMPLE, 'alerts.yml')])).toBe('');
    expect(complaintOf(['check', 'config', join(EXAMPLE, 'prometheus.yml')])).toBe('');
  });

  test('sees each alert fire when it should, and not before', () => {
    const tests = fileURLToPath(new URL('alerts.test.yml', import.meta.url));
    expect(complaintOf(['test', 'rules', tests])).toBe('');
  });
});

describe('a real Prometheus that scrapes the service of the example, and one that loses profiles', () => {
  const relays: Relay[] = [];
  const services: Service[] = [];
  let lossy: Service;
  let prometheus: Prometheus;

  beforeAll(async () => {
    for (const instrument of ['instrument.mjs', 'provoked.mjs'] as const) {
      const relay = await startRelay();
      relays.push(relay);
      services.push(await startService(instrument, relay.dsn));
    }
    const [example, provoked] = services as [Service, Service];
    lossy = provoked;
    prometheus = await startPrometheus(configure(services));
    await example.visit('/', 3);
    await provoke(provoked, relays[1] as Relay);
    await example.visit('/', 3);
    const isScraped = async (): Promise<boolean> => {
      const [seen] = await prometheus.query(`min(${PREFIX}delivered_total)`);
      return seen !== undefined && seen.value > 0;
    };
    await until('a delivered profile of each', isScraped);
  }, 300_000);

  afterAll(async () => {
    await prometheus?.close();
    for (const { close } of services) await close();
    for (const relay of relays) await relay.close();
  });

  test('promtool finds nothing to improve in what they tell', async () => {
    for (const service of services) {
      expect(complaintOf(['check', 'metrics'], await service.scrape())).toBe('');
    }
  });

  test('the example delivers its profiles, and a scrape is none', async () => {
    const [example] = services as [Service, Service];
    const values = async (name: string): Promise<number[]> => {
      const samples = await prometheus.query(`${PREFIX}${name}{instance="127.0.0.1:${example.port}"}`);
      return samples.map(({ value }) => value);
    };
    await until('six profiles', async () => (await values('delivered_total'))[0] === 6);
    expect(await values('captured_total')).toEqual([6]);
    expect(relays[0]?.invalid).toEqual([]);
  });

  test('in each scrape, what was captured has arrived, is lost, or is under way', async () => {
    const balance = await prometheus.query(
      `${PREFIX}captured_total - ${PREFIX}delivered_total - ${PREFIX}pending
        - sum without (reason) (${PREFIX}dropped_total)`,
    );
    expect(balance.map(({ value }) => value)).toEqual([0, 0]);
  });

  test('every query of the dashboard has values, with the labels that its legend shows', async () => {
    for (const { panel, expression, labels } of queriesOf(readDashboard())) {
      const samples = await prometheus.query(expression);
      expect.soft(hasValues(samples), `${panel}: ${expression}`).toBe(true);
      for (const sample of samples) expect.soft(Object.keys(sample.labels), panel).toEqual(labels);
    }
  });

  test('every variable of the dashboard has values to choose from', async () => {
    const found = await Promise.all(
      variablesOf(readDashboard()).map(({ label, match }) => prometheus.labelValues(label, match)),
    );
    expect(found).toEqual([['profiled-service'], services.map(({ port }) => `127.0.0.1:${port}`).sort()]);
  });

  test('every alert is evaluated, and what it compares has values', async () => {
    const isEvaluated = async (): Promise<boolean> =>
      (await prometheus.rules()).every(({ health }) => health !== 'unknown');
    await until('an evaluation', isEvaluated);
    const rules = await prometheus.rules();
    expect(rules).toHaveLength(5);
    for (const { name, query, health } of rules) {
      expect.soft(health, name).toBe('ok');
      const samples = await prometheus.query(withoutComparison(query));
      expect.soft(hasValues(samples), `${name}: ${query}`).toBe(true);
    }
  });

  test('each reason for which a profile is lost is seen, the end of the client too', async () => {
    relays[1]?.behave({ kind: 'silent' });
    await until('an upload without an answer', async () => {
      await lossy.visit('/');
      return figureOf(await lossy.scrape(), 'uploads_active') > 0;
    });
    // That holds the client for a while after it has given up all that comes later.
    lossy.tell('close');
    const lost = async (): Promise<string[]> => {
      const samples = await prometheus.query(
        `max by (reason) (max_over_time(${PREFIX}dropped_total{instance="127.0.0.1:${lossy.port}"}[5m])) > 0`,
      );
      return samples.map(({ labels }) => labels.reason ?? '').sort();
    };
    await until('every reason', async () => {
      await lossy.visit('/');
      return (await lost()).length >= REASONS.length;
    });
    expect(await lost()).toEqual([...REASONS].sort());
  });
});
