import { parse as parseVega, type Spec, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';

export const INK = '#24292f';
export const FAINT = '#e3e7ed';

/** How every chart of the project looks. */
const CONFIG: Config = {
  font: 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
  title: {
    color: INK,
    fontSize: 16,
    subtitleColor: INK,
    subtitleFontSize: 12,
    subtitlePadding: 4,
    offset: 12,
  },
  axis: {
    labelColor: INK,
    titleColor: INK,
    gridColor: FAINT,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
  },
  legend: { labelColor: INK, labelFontSize: 13 },
  view: { stroke: null },
};

/** Draws a chart as SVG. */
export function drawSvg(spec: TopLevelSpec): Promise<string> {
  const compiled = compile(spec, { config: CONFIG }).spec as Spec;
  return new View(parseVega(compiled), { renderer: 'none' }).toSVG();
}

const ON_DARK = { [INK]: '#d8dee6', [FAINT]: '#3a424d' };

/** Draws a chart without a background of its own, whose text and lines follow the reader's colour scheme. */
export async function drawAdaptiveSvg(spec: TopLevelSpec): Promise<string> {
  const svg = await drawSvg({ ...spec, background: 'transparent' });
  const rules = Object.entries(ON_DARK).map(
    ([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`,
  );
  const style = `<style>@media (prefers-color-scheme: dark){${rules.join('')}}</style>`;
  return svg.replace(/<svg[^>]*>/, (start) => `${start}${style}`);
}
