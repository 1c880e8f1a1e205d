import type { Figure, ScatterTrace } from './figure';
import { rounded } from './numbers';
import { finished, type StudyOptions, type TrialPoint } from './study';
import { axisOf, figure, sequential } from './template';

/** The value against one parameter; later trials are darker. */
export function slice(trials: readonly TrialPoint[], parameter: string, { valueTitle = 'validation accuracy', format = '.1%', log = [], direction: _, ...common }: StudyOptions = {}): Figure {
  const done = finished(trials, [parameter], 'slice');
  const data: ScatterTrace = {
    type: 'scatter', mode: 'markers', x: done.map(({ parameters }) => rounded(parameters[parameter]!, 6)), y: done.map(({ value }) => rounded(value)),
    marker: { size: 9, color: done.map((_trial, i) => i + 1), colorscale: [...sequential], cmin: -0.3 * done.length, cmax: done.length, line: { color: '#ffffff', width: 1 } },
    customdata: done.map((_trial, i) => i + 1), hovertemplate: `trial %{customdata}: %{x:.3g}, %{y:${format}}<extra></extra>`,
  };
  return figure([data], {
    ...common,
    layout: { xaxis: axisOf(parameter, { log: log.includes(parameter) }), yaxis: axisOf(valueTitle, { tickFormat: format }), hovermode: 'closest' },
  });
}
