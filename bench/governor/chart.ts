import type { TopLevelSpec } from 'vega-lite';
import type { Shape } from '../../test/sampling/shapes.ts';
import { MiB, type Moment, WATERMARKS } from '../../test/sampling/simulation.ts';
import { drawSvg } from '../support/svg.ts';

const [USED, LIVE, CONTAINER] = ['#c3cad5', '#d1435b', '#8a5cd1'];
const [CONTEXTS, RATE, HELD, LIMIT] = ['#3b6fb6', '#1a7f5a', '#b7791f', '#8a94a6'];
const WIDTH = 680;
const PANEL_HEIGHT = 90;

type Row = Readonly<Record<string, number>>;

/** What a service went through and what the governor did, one panel below the other over the same time, as SVG. */
export function drawShape(shape: Shape, moments: readonly Moment[]): Promise<string> {
  return drawSvg(chartSpec(shape, moments));
}

function chartSpec({ title, service }: Shape, moments: readonly Moment[]): TopLevelSpec {
  const values = moments.map(toRow);
  const hasContainer = values.some(({ container }) => container !== 0);
  const container = hasContainer ? ', container (violet)' : '';
  const budgetMiB = service.budgetBytes / MiB;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: {
      text: title,
      subtitle: `Old generation: live (red), used (grey)${container}; watermarks dashed`,
      anchor: 'start',
    },
    background: 'white',
    // Wide on the left, because without a canvas Vega only guesses how wide a text is.
    autosize: 'pad',
    padding: { left: 24, right: 24, top: 16, bottom: 16 },
    spacing: 26,
    data: { values },
    vconcat: [
      panel({ title: 'memory', scale: { domain: [0, 1] } }, [
        ...Object.values(WATERMARKS).map((at) => rule(at)),
        line('used', USED),
        line('live', LIVE),
        ...(hasContainer ? [line('container', CONTAINER)] : []),
      ]),
      panel(
        { title: 'open contexts', scale: { type: 'symlog' }, ticks: [1, 10, 100, 1000, 10_000, 100_000] },
        [line('contexts', CONTEXTS)],
      ),
      panel(
        {
          title: 'rate',
          scale: { type: 'symlog', constant: 0.001, domain: [0, 1] },
          ticks: [0, 0.001, 0.01, 0.1, 1],
        },
        [line('rate', RATE)],
      ),
      panel({ title: 'held (MiB)', scale: { domain: [0, budgetMiB * 1.05] }, hasTime: true }, [
        rule(budgetMiB),
        line('held', HELD),
      ]),
    ],
  };
}

function toRow({ second, signals, rate, heldBytes }: Moment): Row {
  return {
    second,
    live: round(signals.heapLiveRatio),
    used: round(signals.heapUsedRatio),
    container: round(signals.containerRatio),
    contexts: signals.activeContexts,
    rate: Math.round(rate * 1e5) / 1e5,
    held: round(heldBytes / MiB),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

interface PanelOptions {
  readonly title: string;
  readonly scale: { type?: 'symlog'; constant?: number; domain?: number[] };
  readonly ticks?: number[];
  readonly hasTime?: boolean;
}

function panel(
  { title, scale, ticks = [], hasTime = false }: PanelOptions,
  layers: readonly ReturnType<typeof line | typeof rule>[],
) {
  const x = {
    field: 'second',
    type: 'quantitative',
    title: hasTime ? 'seconds' : null,
    scale: { nice: false },
    axis: { grid: false, labels: hasTime, tickCount: 10 },
  } as const;
  const y = {
    type: 'quantitative',
    title,
    scale: { ...scale, nice: false },
    axis: { titleX: -56, ...(ticks.length > 0 ? { values: ticks, format: ',~r' } : { tickCount: 4 }) },
  } as const;
  const layer = layers.map(({ mark, field, at }) =>
    field === undefined
      ? { data: { values: [{ at }] }, mark, encoding: { y: { ...y, field: 'at' } } }
      : { mark, encoding: { x, y: { ...y, field } } },
  );
  return { width: WIDTH, height: PANEL_HEIGHT, layer };
}

function line(field: string, color: string) {
  return { mark: { type: 'line' as const, strokeWidth: 1.5, color }, field, at: undefined };
}

function rule(at: number) {
  const mark = { type: 'rule' as const, strokeDash: [4, 3], color: LIMIT };
  return { mark, field: undefined, at };
}
