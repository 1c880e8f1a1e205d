/**
 * A figure is data for Plotly: `Plotly.newPlot(div, figure.data, figure.layout)` draws it. The functions of this folder
 * build figures and draw nothing. The types describe the part of Plotly 4's JSON that they use (https://plotly.com/javascript/reference/);
 * they are our own, since a notebook cell would pay for reading Plotly's 17,000 lines of types.
 */
export interface Figure {
  data: Trace[];
  layout: Layout;
}

export type Trace = ScatterTrace | BarTrace;

/** A number, a category, or nothing (a gap). */
export type Value = number | string | null;

export interface Font {
  color?: string | string[];
  family?: string;
  size?: number;
  weight?: number;
}

export type Dash = 'solid' | 'dash' | 'dot' | 'dashdot' | 'longdash';

export interface Line {
  color?: string;
  dash?: Dash;
  shape?: 'linear' | 'hv' | 'vh' | 'hvh' | 'vhv' | 'spline';
  width?: number;
}

export interface ErrorBars {
  type: 'data';
  array: number[];
  arrayminus?: number[];
  symmetric?: boolean;
  color?: string;
  thickness?: number;
  width?: number;
  visible?: boolean;
}

export interface ColourBar {
  title?: { text?: string; side?: 'right' | 'top' | 'bottom' };
  thickness?: number;
  len?: number;
  outlinewidth?: number;
  tickformat?: string;
}

export interface Marker {
  color?: string | (number | string)[];
  colorscale?: string | [number, string][];
  cmin?: number;
  cmax?: number;
  colorbar?: ColourBar;
  showscale?: boolean;
  line?: { color?: string; width?: number };
  opacity?: number;
  size?: number;
  symbol?: 'circle' | 'circle-open' | 'square' | 'diamond' | 'x' | 'triangle-up' | 'star';
}

interface CommonTrace {
  name?: string;
  x?: Value[];
  y?: Value[];
  customdata?: (number | string)[];
  text?: string | string[];
  texttemplate?: string;
  hoverinfo?: 'skip' | 'all' | 'none' | 'text';
  hovertemplate?: string;
  legendgroup?: string;
  opacity?: number;
  showlegend?: boolean;
  xaxis?: AxisName<'x'>;
  yaxis?: AxisName<'y'>;
  error_y?: ErrorBars;
}

export interface ScatterTrace extends CommonTrace {
  type: 'scatter';
  mode?: 'lines' | 'markers' | 'lines+markers' | 'text' | 'markers+text' | 'none';
  connectgaps?: boolean;
  fill?: 'none' | 'tozeroy' | 'tonexty' | 'toself';
  fillcolor?: string;
  line?: Line;
  marker?: Marker;
  textfont?: Font;
  textposition?: 'top center' | 'middle center' | 'bottom center' | 'middle right' | 'middle left';
}

export interface BarTrace extends CommonTrace {
  type: 'bar';
  orientation?: 'h' | 'v';
  /** Where each bar begins. Default 0. */
  base?: Value[];
  marker?: Marker;
  textfont?: Font;
  textposition?: 'auto' | 'inside' | 'outside' | 'none';
  width?: number;
  cliponaxis?: boolean;
}

/** What follows the x or y in the name of an axis: one figure has up to twelve panels. */
export type Panel = '' | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12;

/** What follows the letter in the names of axes of panel 0, 1, 2, … */
export function suffixOf(panel: number): Panel {
  return (panel === 0 ? '' : panel + 1) as Panel;
}

/** x, x2, x3, … */
export type AxisName<Letter extends 'x' | 'y'> = `${Letter}${Panel}`;

export interface Axis {
  anchor?: AxisName<'x'> | AxisName<'y'> | 'free';
  automargin?: boolean;
  autorange?: boolean | 'reversed';
  categoryarray?: string[];
  categoryorder?: 'array' | 'trace';
  constrain?: 'range' | 'domain';
  scaleanchor?: AxisName<'x'> | AxisName<'y'>;
  domain?: [number, number];
  dtick?: number | string;
  exponentformat?: 'none' | 'e' | 'E' | 'power' | 'SI' | 'B';
  fixedrange?: boolean;
  gridcolor?: string;
  gridwidth?: number;
  hoverformat?: string;
  linecolor?: string;
  linewidth?: number;
  minor?: { showgrid?: boolean; ticks?: 'inside' | 'outside' | ''; ticklen?: number; tickcolor?: string };
  mirror?: boolean;
  nticks?: number;
  range?: [number, number];
  rangemode?: 'normal' | 'tozero' | 'nonnegative';
  showexponent?: 'all' | 'first' | 'last' | 'none';
  showgrid?: boolean;
  showline?: boolean;
  showticklabels?: boolean;
  side?: 'top' | 'bottom' | 'left' | 'right';
  tickangle?: number;
  tickcolor?: string;
  tickfont?: Font;
  tickformat?: string;
  ticklen?: number;
  tickmode?: 'auto' | 'linear' | 'array';
  ticks?: 'inside' | 'outside' | '';
  ticktext?: string[];
  tickvals?: number[];
  title?: { text?: string; font?: Font; standoff?: number };
  type?: '-' | 'linear' | 'log' | 'category';
  zeroline?: boolean;
}

export interface Annotation {
  align?: 'left' | 'center' | 'right';
  bgcolor?: string;
  bordercolor?: string;
  borderpad?: number;
  borderwidth?: number;
  font?: Font;
  name?: string;
  opacity?: number;
  showarrow?: boolean;
  text?: string;
  textangle?: number;
  x?: number | string;
  xanchor?: 'auto' | 'left' | 'center' | 'right';
  xref?: 'paper' | AxisName<'x'> | `${AxisName<'x'>} domain`;
  xshift?: number;
  y?: number | string;
  yanchor?: 'auto' | 'top' | 'middle' | 'bottom';
  yref?: 'paper' | AxisName<'y'> | `${AxisName<'y'>} domain`;
  yshift?: number;
}

export interface Shape {
  type: 'line' | 'rect';
  fillcolor?: string;
  layer?: 'below' | 'above';
  line?: { color?: string; dash?: Dash; width?: number };
  opacity?: number;
  x0?: number | string;
  x1?: number | string;
  xref?: 'paper' | AxisName<'x'> | `${AxisName<'x'>} domain`;
  y0?: number | string;
  y1?: number | string;
  yref?: 'paper' | AxisName<'y'> | `${AxisName<'y'>} domain`;
}

export interface LayoutImage {
  source: string;
  layer?: 'below' | 'above';
  opacity?: number;
  sizex: number;
  sizey: number;
  sizing?: 'fill' | 'contain' | 'stretch';
  x: number;
  xanchor?: 'left' | 'center' | 'right';
  xref?: 'paper' | AxisName<'x'> | `${AxisName<'x'>} domain`;
  y: number;
  yanchor?: 'top' | 'middle' | 'bottom';
  yref?: 'paper' | AxisName<'y'> | `${AxisName<'y'>} domain`;
}

export interface Legend {
  orientation?: 'h' | 'v';
  x?: number;
  xanchor?: 'auto' | 'left' | 'center' | 'right';
  y?: number;
  yanchor?: 'auto' | 'top' | 'middle' | 'bottom';
  yref?: 'container' | 'paper';
  font?: Font;
  bgcolor?: string;
  itemwidth?: number;
  traceorder?: 'normal' | 'reversed';
}

type Axes = { [axis in `xaxis${Panel}` | `yaxis${Panel}`]?: Axis };

// A type and not an interface, so that it can be assigned to Plotly's, which has index signatures.
export type Layout = Axes & {
  annotations?: Annotation[];
  autosize?: boolean;
  bargap?: number;
  barmode?: 'group' | 'stack' | 'overlay' | 'relative';
  colorway?: string[];
  font?: Font;
  height?: number;
  hovermode?: 'x' | 'y' | 'closest' | 'x unified' | 'y unified' | false;
  images?: LayoutImage[];
  legend?: Legend;
  margin?: { t?: number; r?: number; b?: number; l?: number; pad?: number };
  /** What Plotly leaves alone: `narrow` is what to set instead where the figure is narrower than 600 px. */
  meta?: { narrow?: NarrowLayout };
  paper_bgcolor?: string;
  plot_bgcolor?: string;
  shapes?: Shape[];
  showlegend?: boolean;
  title?: { text?: string; font?: Font; x?: number; xanchor?: 'auto' | 'left' | 'center' | 'right'; xref?: 'container' | 'paper';
    y?: number; yanchor?: 'auto' | 'top' | 'middle' | 'bottom'; yref?: 'container' | 'paper'; pad?: { t?: number; l?: number } };
  uirevision?: string | number | boolean;
  width?: number;
};

/** Settings by their path in the layout, such as `'xaxis2.domain'`, in the form of `Plotly.relayout`. */
export type NarrowLayout = Record<string, number | string | boolean | number[]>;

/** What every figure can be told. */
export interface FigureOptions {
  /** Above the figure. Default: a title that says what is shown, or none. */
  title?: string;
  /** In pixels; the width is that of the page. Default: what suits the figure. */
  height?: number;
  /** Write SYNTHETIC DATA across the figure. Default false. */
  synthetic?: boolean;
}
