import type { Figure, Layout, ScatterTrace } from './figure';
import { rounded } from './numbers';
import type { StudyOptions, TrialPoint } from './study';
import { axisOf, colours, figure, legendAbove, narrowLegend, styledAxis } from './template';

/** The values of trials in the order in which they were made, and the best so far. */
export function searchHistory(trials: readonly TrialPoint[], { valueTitle = 'validation accuracy', format = '.1%', direction = 'maximize', log: _, ...common }: StudyOptions = {}): Figure {
  const better = direction === 'maximize' ? Math.max : Math.min;
  let best: number | null = null;
  const bestSoFar = trials.map(({ value }) => (best = value === null ? best : best === null ? value : better(best, value)));
  const number = trials.map((_trial, i) => i + 1);
  const data: ScatterTrace[] = [
    { type: 'scatter', mode: 'markers', name: 'trial', x: number, y: trials.map(({ value }) => value === null ? null : rounded(value)), marker: { color: colours.training, size: 7 } },
    { type: 'scatter', mode: 'lines', name: 'best so far', x: number, y: bestSoFar.map((value) => (value === null ? null : rounded(value))), line: { color: colours.validation, shape: 'hv', width: 1.8 } },
  ];
  const layout: Layout = { xaxis: styledAxis('trial'), yaxis: axisOf(valueTitle, { tickFormat: format }), showlegend: true, legend: legendAbove };
  return figure(data, { ...common, layout, narrow: narrowLegend() });
}
