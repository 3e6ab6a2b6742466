import { Comparison, deliveredShare } from '../live/compare.ts';
import type { Run } from '../live/run-all.ts';
import { drawAdaptiveSvg, INK } from '../support/svg.ts';
import { caseName, type Series } from './plan.ts';

const MiB = 1024 * 1024;
const WIDTH = 330;
const HEIGHT = 190;
const PROFILED = ['stock', 'ours'] as const;
const NAMES = { stock: 'stock SDK', ours: 'with the integration' };
const COLORS = { stock: '#d1435b', ours: '#2a9d74' };

interface Panel {
  readonly title: string;
  readonly field: 'peakMiB' | 'percent';
  readonly domainMax?: number;
}

/** Peak memory and delivered profiles against the requests that are open at once, as SVG. */
export function drawService(all: readonly Series[], runs: readonly Run[]): Promise<string> {
  return drawAdaptiveSvg({
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: { text: 'What profiling adds to an Express service, and what arrives of it', anchor: 'start' },
    autosize: 'pad',
    // Wide on the left, because without a canvas Vega only guesses how wide a text is.
    padding: { left: 24, right: 24, top: 16, bottom: 16 },
    spacing: 28,
    vconcat: all.map((series) => ({
      title: { text: series.title, anchor: 'start', fontSize: 13, fontWeight: 'normal' },
      spacing: 44,
      hconcat: drawSeries(series, runs),
    })),
  });
}

function drawSeries(series: Series, runs: readonly Run[]) {
  const values = series.contexts.flatMap((contexts) => {
    const comparison = new Comparison(runs, caseName(series, contexts));
    return PROFILED.map((mode) => ({
      contexts,
      mode: NAMES[mode],
      peakMiB: Math.round(comparison.overNone(mode, ({ peakRssBytes }) => peakRssBytes).median / MiB),
      percent: Math.floor(comparison.figure(mode, deliveredShare).median * 100),
    }));
  });
  const arrived = series.sdk === '10' ? 'profiles delivered, %' : 'busy time in delivered chunks, %';
  const panels: Panel[] = [
    { title: 'peak memory over none (MiB)', field: 'peakMiB' },
    { title: arrived, field: 'percent', domainMax: 100 },
  ];
  return panels.map((panel) => drawPanel(panel, values));
}

function drawPanel({ title, field, domainMax }: Panel, values: object[]) {
  const x = {
    field: 'contexts',
    type: 'ordinal',
    title: 'requests open at once',
    axis: { labelAngle: 0, grid: false },
  } as const;
  const xOffset = { field: 'mode', type: 'nominal', sort: null } as const;
  const y = {
    field,
    type: 'quantitative',
    title,
    scale: domainMax === undefined ? {} : { domain: [0, domainMax] },
    axis: { tickCount: 5 },
  } as const;
  const color = {
    field: 'mode',
    type: 'nominal',
    scale: { domain: Object.values(NAMES), range: Object.values(COLORS) },
    legend: { title: null, orient: 'top', labelLimit: 240 },
  } as const;
  return {
    width: WIDTH,
    height: HEIGHT,
    data: { values },
    encoding: { x, xOffset, y },
    layer: [
      { mark: { type: 'bar' as const, cornerRadiusEnd: 2 }, encoding: { color } },
      {
        mark: { type: 'text' as const, baseline: 'bottom' as const, dy: -2, fontSize: 11, color: INK },
        encoding: { text: { field, type: 'quantitative' as const, format: ',d' } },
      },
    ],
  };
}
