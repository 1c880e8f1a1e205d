import { suffixOf, type Figure, type FigureOptions, type Layout, type NarrowLayout, type ScatterTrace } from './figure';
import { extent, rounded } from './numbers';
import { colours, colourway, figure, logAxis, panelTitle, styledAxis } from './template';

export interface HistogramOptions extends FigureOptions {
  xTitle?: string;
  /** Default 'count'. */
  yTitle?: string;
  /** Bins of equal width, on a log axis of equal ratio. Default 40. */
  bins?: number;
  /** Logarithmic axes; on x, values that are not positive are left out, and their number is stated. Default false. */
  xLog?: boolean;
  yLog?: boolean;
  /** A line across at this x, such as a threshold. Default none. */
  mark?: number;
}

/** How many values lie in each bin. */
export interface Bins {
  /** [bins + 1], ascending. */
  readonly edges: number[];
  /** [bins]. */
  readonly counts: number[];
  /** Values that have no place: not finite, or not positive on a log axis. */
  readonly leftOut: number;
}

export interface BinOptions {
  /** Default 40. */
  bins?: number;
  /** Bins of equal ratio instead of equal width. Default false. */
  log?: boolean;
  /** Where the first bin begins and the last one, which includes it, ends. Default: smallest and largest value. */
  range?: readonly [number, number] | undefined;
}

/** Counts values in bins of equal width or equal ratio. Throws a RangeError if `bins` is not a positive integer. */
export function binned(values: ArrayLike<number>, { bins = 40, log = false, range }: BinOptions = {}): Bins {
  if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`histogram: bins is ${bins}; it must be a positive integer`);
  const scale = log ? Math.log10 : (value: number): number => value;
  const scaled = Array.from(values, scale).filter(Number.isFinite);
  let [low, high] = range?.map(scale) as [number, number] | undefined ?? extent(scaled) ?? [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const counts = new Array<number>(bins).fill(0);
  for (const value of scaled) {
    if (value >= low && value <= high) counts[Math.min(bins - 1, Math.floor((value - low) / (high - low) * bins))]!++;
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + (high - low) * i / bins);
  return { edges: edges.map((edge) => rounded(log ? 10 ** edge : edge, 8)!), counts, leftOut: values.length - scaled.length };
}

/** How the values are distributed. */
export function histogram(values: ArrayLike<number>, options: HistogramOptions = {}): Figure {
  return histograms({ '': values }, options);
}

/**
 * One histogram per name, side by side, with the same bins and the same scale, so that they can be compared.
 *
 * Throws a RangeError for no group or more than 12.
 */
export function histograms(groups: Readonly<Record<string, ArrayLike<number>>>, options: HistogramOptions = {}): Figure {
  const { xTitle = '', yTitle = 'count', bins = 40, xLog = false, yLog = false, mark, ...common } = options;
  const names = Object.keys(groups);
  const n = names.length;
  if (n === 0 || n > 12) throw new RangeError(`histograms: ${n} groups; 1 to 12 can be shown`);
  const range = extent(names.flatMap((name) => Array.from(groups[name]!).filter((value) => !xLog || value > 0)));
  const results = names.map((name) => binned(groups[name]!, { bins, log: xLog, range }));
  const largest = Math.max(1, ...results.flatMap(({ counts }) => counts));
  // On a log axis an empty bin reaches down to here, below the axis.
  const floor = yLog ? 0.1 : 0;

  const layout: Layout = { annotations: [], shapes: [], hovermode: 'closest', ...(n > 1 ? { margin: { t: common.title === undefined ? 40 : 76 } } : {}) };
  const narrow: NarrowLayout = { height: 240 * n };
  const data = names.map((name, panel): ScatterTrace => {
    const suffix = suffixOf(panel);
    const { edges, counts, leftOut } = results[panel]!;
    const domain: [number, number] = [panel / n + (panel === 0 ? 0 : 0.025), (panel + 1) / n - (panel === n - 1 ? 0 : 0.025)];
    const stacked: [number, number] = [1 - (panel + 0.75) / n, 1 - (panel + 0.1) / n];
    layout[`xaxis${suffix}`] = (xLog ? logAxis : styledAxis)(xTitle, { domain, anchor: `y${suffix}`, ...(xLog ? { dtick: decadesPerTick(range, n) } : {}) });
    layout[`yaxis${suffix}`] = (yLog ? logAxis : styledAxis)(panel === 0 ? yTitle : '', {
      anchor: `x${suffix}`, range: yLog ? [Math.log10(0.7), Math.log10(1.5 * largest)] : [0, 1.05 * largest], showticklabels: panel === 0,
    });
    Object.assign(narrow, { [`xaxis${suffix}.domain`]: [0, 1], [`yaxis${suffix}.domain`]: stacked, [`yaxis${suffix}.showticklabels`]: true });
    if (name !== '') {
      Object.assign(narrow, { [`annotations[${layout.annotations!.length}].x`]: 0.5, [`annotations[${layout.annotations!.length}].y`]: stacked[1] });
      layout.annotations!.push(panelTitle(name, domain));
    }
    if (leftOut > 0) {
      layout.annotations!.push({ text: `${leftOut} ${xLog ? 'not positive' : 'not finite'}, not shown`, showarrow: false, font: { size: 11, color: colours.faint },
        xref: `x${suffix} domain`, x: 0.02, xanchor: 'left', yref: `y${suffix} domain`, y: 0.99, yanchor: 'top' });
    }
    if (mark !== undefined) {
      layout.shapes!.push({ type: 'line', xref: `x${suffix}`, x0: mark, x1: mark, yref: `y${suffix} domain`, y0: 0, y1: 1, line: { color: colours.ink, dash: 'dot', width: 1.2 } });
    }
    const colour = colourway[panel % colourway.length]!;
    // A stair of one line, since bars have no width of their own on a log axis.
    return {
      type: 'scatter', mode: 'lines', name, xaxis: `x${suffix}`, yaxis: `y${suffix}`,
      x: [edges[0]!, ...edges, edges[bins]!], y: [floor, ...counts.map((count) => Math.max(count, floor)), counts[bins - 1]!, floor],
      line: { shape: 'hv', color: colour, width: 1.4 }, fill: 'tozeroy', fillcolor: `${colour}55`, hovertemplate: '%{x:.3g}: %{y}<extra></extra>',
    };
  });
  return figure(data, { defaultHeight: 320, ...common, layout, ...(n > 1 ? { narrow } : {}) });
}

/** Whole decades between labels such that they do not touch. */
function decadesPerTick(range: [number, number] | undefined, panels: number): number {
  return range === undefined ? 1 : Math.max(1, Math.ceil(Math.log10(range[1] / range[0]) * panels / 20));
}
