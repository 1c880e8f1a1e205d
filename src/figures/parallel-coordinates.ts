import type { Figure, Layout, ScatterTrace, Shape } from './figure';
import { extent, rounded } from './numbers';
import { finished, type FinishedTrial, type StudyOptions, type TrialPoint } from './study';
import { figure, sequentialColour, styledAxis } from './template';

/** Each trial as a line over all parameters, each on its own scale, to its value; better trials are darker and lie above. */
export function parallelCoordinates(trials: readonly TrialPoint[], parameters: readonly string[], { valueTitle = 'validation accuracy', format = '.1%', log = [], direction = 'maximize', ...common }: StudyOptions = {}): Figure {
  const sign = direction === 'maximize' ? 1 : -1;
  const done = finished(trials, parameters, 'parallelCoordinates').sort((a, b) => sign * (a.value - b.value));
  const axes = [valueTitle, ...parameters].map((name, i) => {
    const toScale = log.includes(name) ? Math.log10 : (value: number): number => value;
    const of = (trial: FinishedTrial): number => (i === 0 ? trial.value : trial.parameters[name]!);
    const [low, high] = extent(done.map((trial) => toScale(of(trial)))) ?? [0, 1];
    const place = (value: number): number => (high === low ? 0.5 : (toScale(value) - low) / (high - low));
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, value: low + at * (high - low) })).map(({ at, value }) => ({ at, value: log.includes(name) ? 10 ** value : value }));
    return { name, of, place, ticks };
  });
  const data = done.map((trial, i): ScatterTrace => ({
    type: 'scatter', mode: 'lines', x: axes.map((_axis, a) => a), y: axes.map(({ of, place }) => rounded(place(of(trial)), 4)),
    line: { color: sequentialColour(0.2 + 0.1 * Math.round(8 * (done.length < 2 ? 1 : i / (done.length - 1)))), width: i === done.length - 1 ? 3 : 1.4 },
    text: axes.map(({ name, of }) => `${name}: ${written(of(trial))}`), hovertemplate: '%{text}<extra></extra>',
  }));
  const percent = format.endsWith('%');
  const tickText = (value: number, a: number): string => (a === 0 && percent ? `${(100 * value).toFixed(1)}%` : written(value));
  const layout: Layout = {
    hovermode: 'closest', margin: { l: 30, r: 70, t: common.title === undefined ? 40 : 76 },
    xaxis: styledAxis('', { range: [-0.05, axes.length - 0.9], tickmode: 'array', tickvals: [], showgrid: false, showline: false }),
    yaxis: styledAxis('', { range: [-0.04, 1.04], showticklabels: false, showgrid: false, showline: false, ticks: '' }),
    shapes: axes.map((_axis, a): Shape => ({ type: 'line', x0: a, x1: a, y0: 0, y1: 1, line: { color: '#8c959f', width: 1.2 } })),
    annotations: axes.flatMap(({ name, ticks }, a) => [
      { text: `<b>${name}</b>`, showarrow: false, x: a, xanchor: a === 0 ? 'left' : 'center', y: 1.04, yanchor: 'bottom' } as const,
      ...ticks.map(({ at, value }) => ({ text: tickText(value, a), showarrow: false, x: a, xanchor: 'left', xshift: 4, y: at, yanchor: 'middle', bgcolor: 'rgba(255,255,255,0.8)', font: { size: 11 } } as const)),
    ]),
  };
  return figure(data, { ...common, layout });
}

function written(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}
