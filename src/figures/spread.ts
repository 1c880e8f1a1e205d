import type { Axis, Figure, FigureOptions, ScatterTrace } from './figure';
import { mean, rounded, standardDeviation } from './numbers';
import { axisOf, colourway, figure, legendAbove, narrowLegend } from './template';

/** Repeated results at one x, such as the accuracies of several seeds at one lambda. */
export interface Repeated {
  x: number;
  values: readonly number[];
}

export interface SpreadOptions extends FigureOptions {
  xTitle?: string;
  yTitle?: string;
  /** Names to stand at x = 0, 1, 2, … instead of numbers. */
  xNames?: readonly string[];
  xLog?: boolean;
  yLog?: boolean;
  yRange?: [number, number];
  /** d3 format of y. Default '.1%', for accuracies. */
  format?: string;
  /** Join the means by a line. Default false. */
  join?: boolean;
}

/**
 * Repeated results against x: each result as a faint dot, the mean with one standard deviation (n − 1) to either side.
 *
 * `groups` is one series, or several by name. Several points at one x belong in one entry.
 */
export function spread(groups: readonly Repeated[] | Readonly<Record<string, readonly Repeated[]>>, options: SpreadOptions = {}): Figure {
  const { xTitle = '', yTitle = '', xNames, xLog = false, yLog = false, yRange, format = '.1%', join = false, ...common } = options;
  const series = Object.entries(isList(groups) ? { mean: groups } : groups);
  const data = series.flatMap(([name, points], i): ScatterTrace[] => {
    const color = colourway[i % colourway.length]!;
    const sorted = points.filter(({ values }) => values.length > 0).sort((a, b) => a.x - b.x);
    const single = sorted.flatMap(({ x, values }) => values.map((y) => ({ x, y })));
    return [{
      type: 'scatter', mode: 'markers', name: `${name}, single runs`, showlegend: false, hoverinfo: 'skip', legendgroup: name,
      x: single.map(({ x }) => rounded(x, 6)), y: single.map(({ y }) => rounded(y)), marker: { color, size: 5, opacity: 0.4 },
    }, {
      type: 'scatter', mode: join ? 'lines+markers' : 'markers', name, legendgroup: name,
      x: sorted.map(({ x }) => rounded(x, 6)), y: sorted.map(({ values }) => rounded(mean(values))),
      error_y: { type: 'data', array: sorted.map(({ values }) => rounded(standardDeviation(values))!), color, thickness: 1.4, width: 4 },
      marker: { color, size: 8 }, line: { color, width: 1.5 }, hovertemplate: `%{y:${format}}`,
    }];
  });
  return figure(data, {
    ...common,
    layout: {
      xaxis: { ...axisOf(xTitle, { log: xLog }), ...(xNames && namedTicks(xNames)) }, yaxis: axisOf(yTitle, { log: yLog, range: yRange, tickFormat: format }),
      showlegend: series.length > 1, legend: legendAbove,
    },
    ...(series.length > 1 ? { narrow: narrowLegend() } : {}),
  });
}

function namedTicks(names: readonly string[]): Axis {
  return { tickmode: 'array', tickvals: names.map((_, index) => index), ticktext: [...names], range: [-0.5, names.length - 0.5], showgrid: false };
}

function isList(groups: readonly Repeated[] | Readonly<Record<string, readonly Repeated[]>>): groups is readonly Repeated[] {
  return Array.isArray(groups);
}
