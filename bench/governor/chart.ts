import type { TopLevelSpec } from 'vega-lite';
import type { Shape } from '../../test/sampling/shapes.ts';
import { MiB, type Moment, WATERMARKS } from '../../test/sampling/simulation.ts';
import { drawAdaptiveSvg, FAINT, INK } from '../support/svg.ts';

/** All stand out from white and from black. */
const [USED, LIVE, CONTAINER] = ['#a3adba', '#d1435b', '#9069d6'];
const [CONTEXTS, RATE, HELD, LIMIT] = ['#4a80c8', '#2a9d74', '#c07f22', '#8a94a6'];
const WIDTH = 680;
const PANEL_HEIGHT = 90;

type Row = Readonly<Record<string, number>>;

/** The load of a service and the governor's answer to it, one panel below the other over the same time, as SVG. */
export function drawShape(shape: Shape, moments: readonly Moment[]): Promise<string> {
  return drawAdaptiveSvg(chartSpec(shape, moments));
}

function chartSpec({ title, service, happening }: Shape, moments: readonly Moment[]): TopLevelSpec {
  const values = moments.map(toRow);
  const hasContainer = values.some(({ container }) => container !== 0);
  const container = hasContainer ? ', container (violet)' : '';
  const budgetMiB = service.budgetBytes / MiB;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: {
      text: title,
      subtitle: `Simulated. Old generation: live (red), used (grey)${container}. Dashed: watermarks and budget`,
      anchor: 'start',
    },
    // Wide on the left, because without a canvas Vega only guesses how wide a text is.
    autosize: 'pad',
    padding: { left: 24, right: 24, top: 16, bottom: 16 },
    spacing: 26,
    data: { values },
    vconcat: [
      panel({ title: 'memory, share', scale: { domain: [0, 1] }, happening }, [
        ...Object.values(WATERMARKS).map((at) => rule(at)),
        line('used', USED),
        line('live', LIVE),
        ...(hasContainer ? [line('container', CONTAINER)] : []),
      ]),
      panel(
        {
          title: 'open contexts',
          scale: { type: 'symlog' },
          ticks: [1, 10, 100, 1000, 10_000, 100_000],
          happening,
        },
        [line('contexts', CONTEXTS)],
      ),
      panel(
        {
          title: 'rate, share',
          scale: { type: 'symlog', constant: 0.001, domain: [0, 1] },
          ticks: [0, 0.001, 0.01, 0.1, 1],
          happening,
        },
        [line('rate', RATE)],
      ),
      panel({ title: 'held, MiB', scale: { domain: [0, budgetMiB * 1.05] }, hasTime: true, happening }, [
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
  readonly happening: Shape['happening'];
}

function panel(
  { title, scale, ticks = [], hasTime = false, happening }: PanelOptions,
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
  return { width: WIDTH, height: PANEL_HEIGHT, layer: [...shade(happening, hasTime), ...layer] };
}

function line(field: string, color: string) {
  return { mark: { type: 'line' as const, strokeWidth: 1.5, color }, field, at: undefined };
}

function rule(at: number) {
  const mark = { type: 'rule' as const, strokeDash: [4, 3], color: LIMIT };
  return { mark, field: undefined, at };
}

/** Draws an event from outside the service, behind the lines. It is named once, in the lowest panel. */
function shade(happening: Shape['happening'], isNamed: boolean) {
  if (happening === undefined) return [];
  const data = { values: [happening] };
  const x = { field: 'fromSecond', type: 'quantitative' } as const;
  const mark = { type: 'rect' as const, color: FAINT, opacity: 0.7 };
  const text = {
    type: 'text' as const,
    align: 'left' as const,
    baseline: 'bottom' as const,
    dx: 4,
    color: INK,
  };
  return [
    { data, mark, encoding: { x, x2: { field: 'untilSecond' } } },
    ...(isNamed
      ? [
          {
            data,
            mark: text,
            encoding: {
              x,
              y: { value: PANEL_HEIGHT - 6 },
              text: { field: 'name', type: 'nominal' as const },
            },
          },
        ]
      : []),
  ];
}
