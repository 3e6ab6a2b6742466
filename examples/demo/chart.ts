import type { TopLevelSpec } from 'vega-lite';
import { drawSvg } from '../../bench/support/svg.ts';
import type { RunResult } from './result.ts';
import { MODE_NAMES, PHASES, SILENCE } from './scenario.ts';

const COLORS = { none: '#8a94a6', stock: '#d1435b', bounded: '#1a7f5a' } as const;
const WIDTH = 680;
const HEIGHT = 240;

/** The memory of the runs over time, as SVG. */
export function drawMemory(runs: readonly RunResult[], subtitle: string): Promise<string> {
  return drawSvg(chartSpec(runs, subtitle));
}

function chartSpec(runs: readonly RunResult[], subtitle: string): TopLevelSpec {
  const values = runs.flatMap(({ mode, memory }) =>
    memory.map(({ atMs, rssBytes }) => ({
      seconds: atMs / 1000,
      megabytes: Math.round(rssBytes / 1e5) / 10,
      service: MODE_NAMES[mode],
    })),
  );
  const x = {
    field: 'seconds',
    type: 'quantitative',
    title: 'seconds of load',
    scale: { nice: false },
    axis: { tickCount: 10, grid: false },
  } as const;
  const highest = Math.max(...values.map(({ megabytes }) => megabytes));
  const y = {
    field: 'megabytes',
    type: 'quantitative',
    title: 'resident memory (MB)',
    // Room for the label of the silence.
    scale: { domainMin: 0, domainMax: highest * 1.12, nice: true },
    axis: { tickCount: 6 },
  } as const;
  const color = {
    field: 'service',
    type: 'nominal',
    scale: {
      domain: runs.map(({ mode }) => MODE_NAMES[mode]),
      range: runs.map(({ mode }) => COLORS[mode]),
    },
    legend: {
      title: null,
      orient: 'top',
      symbolStrokeWidth: 3,
      symbolSize: 260,
      symbolType: 'stroke',
      labelLimit: 240,
    },
  } as const;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: { text: 'Memory of an Express service under load', subtitle, anchor: 'start' },
    width: WIDTH,
    height: HEIGHT,
    background: 'white',
    autosize: 'none',
    // Fixed, because without a canvas Vega only guesses how wide a text is.
    padding: { left: 64, right: 24, top: 100, bottom: 48 },
    data: { values },
    layer: [
      ...silenceLayers(),
      { mark: { type: 'line', strokeWidth: 2, interpolate: 'monotone' }, encoding: { x, y, color } },
    ],
  };
}

/** A band where the relay was silent, and what it stands for. */
function silenceLayers(): Extract<TopLevelSpec, { layer: unknown }>['layer'] {
  const before = PHASES.slice(0, PHASES.indexOf(SILENCE)).reduce((sum, { forMs }) => sum + forMs, 0);
  const from = before / 1000;
  const to = (before + SILENCE.forMs) / 1000;
  return [
    {
      data: { values: [{ from, to }] },
      mark: { type: 'rect', color: '#f5c451', opacity: 0.25 },
      encoding: { x: { field: 'from', type: 'quantitative' }, x2: { field: 'to' } },
    },
    {
      data: { values: [{ middle: (from + to) / 2 }] },
      mark: { type: 'text', text: 'relay silent', y: 12, fontSize: 13, color: '#7a5b00' },
      encoding: { x: { field: 'middle', type: 'quantitative' } },
    },
  ];
}
