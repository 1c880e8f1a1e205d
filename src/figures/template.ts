import type { Annotation, Axis, Figure, FigureOptions, Font, Layout, NarrowLayout, Trace } from './figure';

/**
 * Arial's metrics everywhere: Liberation Sans and Arimo have the widths of Arial and Helvetica, so the text of the static
 * picture (drawn with Arimo) and of the live figure take the same room.
 */
export const fontFamily = 'Arial, Helvetica, Liberation Sans, Arimo, sans-serif';

/** Blue and orange are told apart with every common colour blindness; the rest follows Okabe and Ito. */
export const colours = {
  training: '#1f77b4',
  validation: '#e8710a',
  ink: '#24292f',
  faint: '#6a737d',
  grid: '#e7e9ec',
  warning: '#c62828',
} as const;

/** Colours of the first, second, … series. */
export const colourway: readonly string[] = ['#1f77b4', '#e8710a', '#2a9d6f', '#b5489a', '#7a5230', '#56a9dc', '#8a8d91', '#c9a400'];

/** White to blue, for counts and scores, as [position, colour]. */
export const sequential: readonly [number, string][] = [
  [0, '#f7fbff'], [0.15, '#dce9f6'], [0.35, '#a9cfe5'], [0.6, '#5ba3cf'], [0.8, '#2675b4'], [1, '#0b3d79'],
];

/** The colour of `sequential` at `position` in 0 … 1, as rgb(…). */
export function sequentialColour(position: number): string {
  const p = Math.min(1, Math.max(0, position));
  const upper = Math.max(1, sequential.findIndex(([at]) => at >= p));
  const [[from, a], [to, b]] = [sequential[upper - 1]!, sequential[upper]!];
  const weight = (p - from) / (to - from);
  const channel = (colour: string, i: number): number => Number.parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  return `rgb(${[0, 1, 2].map((i) => Math.round(channel(a, i) * (1 - weight) + channel(b, i) * weight)).join(',')})`;
}

const axis: Axis = {
  automargin: true,
  showgrid: true, gridcolor: colours.grid, zeroline: false,
  showline: true, linecolor: '#8c959f', linewidth: 1,
  ticks: 'outside', ticklen: 4, tickcolor: '#8c959f',
};

/** An axis in the house style, with a title and whatever else is set. */
export function styledAxis(title: string, settings: Axis = {}): Axis {
  return { ...axis, title: { text: title, standoff: 8, font: { size: 13 } }, ...settings };
}

/** A logarithmic axis, labelled at powers of ten. */
export function logAxis(title: string, settings: Axis = {}): Axis {
  // Plotly draws powers a quarter larger than other labels.
  return styledAxis(title, { type: 'log', exponentformat: 'power', dtick: 1, tickfont: { size: 11 }, minor: { ticks: 'outside', ticklen: 2, tickcolor: '#b8bfc6' }, ...settings });
}

/** A linear or logarithmic axis from a caller's options; the range is in the axis's own unit. */
export function axisOf(title: string, { log = false, range, tickFormat }: { log?: boolean; range?: [number, number] | undefined; tickFormat?: string | undefined }): Axis {
  return (log ? logAxis : styledAxis)(title, {
    ...rangeOf(range !== undefined && log ? [Math.log10(range[0]), Math.log10(range[1])] : range),
    ...(tickFormat === undefined ? {} : { tickformat: tickFormat }),
  });
}

/** The setting of an axis's range, where one is known. */
export function rangeOf(range: [number, number] | undefined): Axis {
  return range === undefined ? {} : { range };
}

/** Text above the panel that takes `domain` of the figure's width. */
export function panelTitle(text: string, domain: readonly [number, number], top = 1): Annotation {
  return {
    text: `<b>${text}</b>`, showarrow: false, font: { size: 14 },
    xref: 'paper', x: (domain[0] + domain[1]) / 2, xanchor: 'center', yref: 'paper', y: top, yanchor: 'bottom', yshift: 4,
  };
}

/** What changes in every figure below 600 px; long titles are also broken into lines there. */
const narrowPage: NarrowLayout = { 'title.xref': 'container', 'title.x': 0.02, 'title.font.size': 14, 'margin.l': 44, 'margin.r': 16 };

/** What a figure adds to the template. */
export interface Parts extends FigureOptions {
  /** Height where the caller gave none. */
  defaultHeight?: number;
  layout: Layout;
  /** What changes below a width of 600 px. */
  narrow?: NarrowLayout;
}

/** Puts traces and layout into the house style: fonts, colours, margins, title, and the mark of synthetic data. */
export function figure(data: Trace[], { title = '', height, defaultHeight = 380, synthetic = false, layout, narrow }: Parts): Figure {
  const font: Font = { family: fontFamily, size: 13, color: colours.ink };
  const { margin, ...rest } = layout;
  const built: Figure = {
    data,
    layout: {
      font,
      ...(title === '' ? {} : { title: { text: title, x: 0, xanchor: 'left', xref: 'paper', y: 1, yanchor: 'top', yref: 'container', pad: { t: 14 }, font: { size: 17 } } }),
      height: height ?? defaultHeight,
      margin: { l: 56, r: 20, t: title === '' && rest.showlegend !== true ? 24 : 50, b: 48, ...margin },
      paper_bgcolor: '#ffffff',
      plot_bgcolor: '#ffffff',
      colorway: [...colourway],
      hovermode: 'x unified',
      showlegend: false,
      ...rest,
      meta: { narrow: { ...narrowPage, ...narrow } },
    },
  };
  return synthetic ? markSynthetic(built) : built;
}

/** A legend in one line, at the right end of the title's line. */
export const legendAbove = { orientation: 'h', x: 1, xanchor: 'right', y: 0.98, yanchor: 'top', yref: 'container', bgcolor: 'rgba(0,0,0,0)' } as const;

/** Below 600 px a legend does not fit beside the title: it goes below it, `top` being where the plots end (1 without panel titles). */
export function narrowLegend(top = 1): NarrowLayout {
  return { 'legend.x': 0, 'legend.xanchor': 'left', 'legend.yref': 'paper', 'legend.y': top, 'legend.yanchor': 'bottom', 'legend.font.size': 11, 'margin.t': top > 1 ? 108 : 88 };
}

/** What is written across every figure, table and picture made from the synthetic stand-in for CIFAR-10. */
export const syntheticMark = 'SYNTHETIC DATA';

/** The figure with SYNTHETIC DATA written across it; the same figure if it says so already. */
export function markSynthetic({ data, layout }: Figure): Figure {
  if (layout.annotations?.some(({ name }) => name === 'synthetic')) return { data, layout };
  const mark: Annotation = {
    name: 'synthetic', text: syntheticMark, showarrow: false, textangle: -8, opacity: 0.35,
    xref: 'paper', x: 0.5, xanchor: 'center', yref: 'paper', y: 0.5, yanchor: 'middle',
    font: { size: 38, color: colours.warning, weight: 700 },
  };
  const before = layout.annotations ?? [];
  const narrow = { ...layout.meta?.narrow, [`annotations[${before.length}].font.size`]: 18 };
  return { data, layout: { ...layout, annotations: [...before, mark], meta: { ...layout.meta, narrow } } };
}
