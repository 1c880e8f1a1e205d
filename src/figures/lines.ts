import type { Dash, Figure, FigureOptions, Layout, ScatterTrace, Shape } from './figure';
import { rounded } from './numbers';
import { axisOf, colours, colourway, figure, legendAbove, narrowLegend } from './template';

/** One curve: y against x, of one length. */
export interface Series {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  colour?: string;
  dash?: Dash;
  /** Default: 'lines', with markers where there are at most 40 points. */
  mode?: 'lines' | 'markers' | 'lines+markers';
}

export interface LinesOptions extends FigureOptions {
  xTitle?: string;
  yTitle?: string;
  /** Logarithmic axes. Values that are not positive are gaps. Default false. */
  xLog?: boolean;
  yLog?: boolean;
  /** [from, to] in the axis's own unit. Default: all values. */
  xRange?: [number, number];
  yRange?: [number, number];
  /** d3 formats of the tick labels, such as '~%'. */
  xTickFormat?: string;
  yTickFormat?: string;
  /** Lines across the plot, such as a threshold: at a value of y, or of x. */
  marks?: { y?: number; x?: number; text?: string }[];
}

const dashes: readonly Dash[] = ['solid', 'dash', 'dot', 'dashdot', 'longdash'];

/**
 * Curves in one panel, on linear or logarithmic axes: semi-log, log-log. Each has its own colour and dash.
 *
 * Throws a RangeError where x and y of a series differ in length.
 */
export function lines(series: readonly Series[], options: LinesOptions = {}): Figure {
  const { xTitle = '', yTitle = '', xLog = false, yLog = false, xRange, yRange, xTickFormat, yTickFormat, marks = [], ...common } = options;
  const data = series.map(({ name, x, y, colour, dash, mode }, i): ScatterTrace => {
    if (x.length !== y.length) throw new RangeError(`lines: series "${name}" has ${x.length} values of x and ${y.length} of y; they must be as many`);
    const color = colour ?? colourway[i % colourway.length]!;
    return {
      type: 'scatter', name, mode: mode ?? (x.length <= 40 ? 'lines+markers' : 'lines'),
      x: Array.from(x, (value) => visible(value, xLog)), y: Array.from(y, (value) => visible(value, yLog)),
      line: { color, dash: dash ?? dashes[i % dashes.length]!, width: 1.8 }, marker: { color, size: 6 },
    };
  });
  const layout: Layout = {
    xaxis: axisOf(xTitle, { log: xLog, range: xRange, tickFormat: xTickFormat }),
    yaxis: axisOf(yTitle, { log: yLog, range: yRange, tickFormat: yTickFormat }),
    showlegend: series.length > 1,
    legend: legendAbove,
  };
  if (marks.length > 0) {
    layout.shapes = marks.map(({ x, y }): Shape => x === undefined
      ? { type: 'line', xref: 'paper', x0: 0, x1: 1, y0: y ?? 0, y1: y ?? 0, line: { color: colours.faint, dash: 'dot', width: 1.2 } }
      : { type: 'line', yref: 'paper', y0: 0, y1: 1, x0: x, x1: x, line: { color: colours.faint, dash: 'dot', width: 1.2 } });
    // Annotations, unlike shapes, take the logarithm on a log axis.
    layout.annotations = marks.filter((mark) => mark.text !== undefined).map(({ x, y = 0, text = '' }) => x === undefined
      ? { text, showarrow: false, xref: 'paper', x: 1, xanchor: 'right', y: yLog ? Math.log10(y) : y, yanchor: 'bottom', font: { color: colours.faint, size: 12 } }
      : { text, showarrow: false, yref: 'paper', y: 1, yanchor: 'top', x: xLog ? Math.log10(x) : x, xanchor: 'left', xshift: 4, font: { color: colours.faint, size: 12 } });
  }
  return figure(data, { ...common, layout, ...(series.length > 1 ? { narrow: narrowLegend() } : {}) });
}

function visible(value: number, log: boolean): number | null {
  return log && value <= 0 ? null : rounded(value, 6);
}
