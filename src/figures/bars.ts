import type { BarTrace, Figure, FigureOptions } from './figure';
import { rounded } from './numbers';
import { colourway, figure, legendAbove, narrowLegend, rangeOf, styledAxis } from './template';

export interface BarsOptions extends FigureOptions {
  yTitle?: string;
  /** d3 format of values and ticks. Default '.1%', for fractions such as accuracies. */
  format?: string;
  /** Default: from 0 to the largest value. */
  yRange?: [number, number];
}

/**
 * A bar for each label, such as the accuracy of each class, with its value above where there is room: for at most 12 bars.
 *
 * `values` is [labels], or several series of that length by name, which stand beside each other.
 * Throws a RangeError where a series is not as long as `labels`.
 */
export function bars(labels: readonly string[], values: ArrayLike<number> | Readonly<Record<string, ArrayLike<number>>>, options: BarsOptions = {}): Figure {
  const { yTitle = '', format = '.1%', yRange, ...common } = options;
  const series = Object.entries(isList(values) ? { '': values } : values);
  const data = series.map(([name, heights], i): BarTrace => {
    if (heights.length !== labels.length) throw new RangeError(`bars: ${heights.length} values for ${labels.length} labels; they must be as many`);
    return {
      type: 'bar', name, x: [...labels], y: Array.from(heights, (value) => rounded(value)),
      marker: { color: colourway[i % colourway.length]! }, hovertemplate: `%{y:${format}}`,
      ...(series.length * labels.length > 12 ? {} : { texttemplate: `%{y:${format}}`, textposition: 'outside', textfont: { size: 12 }, cliponaxis: false }),
    };
  });
  return figure(data, {
    ...common,
    layout: {
      xaxis: styledAxis('', { type: 'category', showgrid: false, ticks: '' }),
      yaxis: styledAxis(yTitle, { tickformat: format.replace(/\.\d/, '.0'), rangemode: 'tozero', ...rangeOf(yRange) }),
      barmode: 'group', bargap: 0.3, showlegend: series.length > 1, legend: legendAbove,
    },
    narrow: { 'xaxis.tickangle': -60, ...(series.length > 1 ? narrowLegend() : {}) },
  });
}

function isList(values: ArrayLike<number> | Readonly<Record<string, ArrayLike<number>>>): values is ArrayLike<number> {
  return typeof values.length === 'number';
}
