import type { Figure, ScatterTrace, Shape } from './figure';
import { extent, rounded } from './numbers';
import { finished, type StudyOptions, type TrialPoint } from './study';
import { axisOf, colours, figure, sequential, sequentialColour } from './template';

/** Two parameters, with the value as colour: dots are trials, the ground between them is a mean weighted by distance. */
export function contour(trials: readonly TrialPoint[], [across, up]: readonly [string, string], { valueTitle = 'validation accuracy', format = '.1%', log = [], direction: _, ...common }: StudyOptions = {}): Figure {
  const done = finished(trials, [across, up], 'contour');
  const scaleOf = (name: string): ((value: number) => number) => (log.includes(name) ? Math.log10 : (value) => value);
  const points = done.map(({ parameters, value }) => ({ x: scaleOf(across)(parameters[across]!), y: scaleOf(up)(parameters[up]!), value }));
  const [x0, x1] = widened(extent(points.map(({ x }) => x)) ?? [0, 1]);
  const [y0, y1] = widened(extent(points.map(({ y }) => y)) ?? [0, 1]);
  const [low, high] = extent(points.map(({ value }) => value)) ?? [0, 1];
  const shade = (value: number): number => (high === low ? 0.5 : (value - low) / (high - low));
  // Shepard's interpolation, drawn in ten steps of colour as squares: Plotly's own contours are not in its small bundle.
  const cells = 24;
  const shapes: Shape[] = [];
  const unscale = (name: string, value: number): number => rounded(log.includes(name) ? 10 ** value : value, 6)!;
  for (let row = 0; row < cells; row++) {
    for (let column = 0, start = 0, last = -1; column <= cells; column++) {
      const step = column === cells ? -2 : Math.round(10 * shade(interpolated(points, (column + 0.5) / cells, (row + 0.5) / cells, [x0, x1], [y0, y1])));
      if (step === last) continue;
      // One rectangle for all neighbours of one colour.
      if (last >= 0) {
        shapes.push({ type: 'rect', layer: 'below', fillcolor: sequentialColour(last / 10), line: { width: 0 },
          x0: unscale(across, x0 + (x1 - x0) * start / cells), x1: unscale(across, x0 + (x1 - x0) * column / cells),
          y0: unscale(up, y0 + (y1 - y0) * row / cells), y1: unscale(up, y0 + (y1 - y0) * (row + 1) / cells) });
      }
      [start, last] = [column, step];
    }
  }
  const data: ScatterTrace = {
    type: 'scatter', mode: 'markers', x: done.map(({ parameters }) => rounded(parameters[across]!, 6)), y: done.map(({ parameters }) => rounded(parameters[up]!, 6)),
    marker: { size: 9, color: done.map(({ value }) => rounded(value)!), colorscale: [...sequential], cmin: low, cmax: high, showscale: true,
      colorbar: { title: { text: valueTitle, side: 'right' }, thickness: 14, tickformat: format, outlinewidth: 0 }, line: { color: colours.ink, width: 1 } },
    hovertemplate: `%{x:.3g}, %{y:.3g}: %{marker.color:${format}}<extra></extra>`,
  };
  const range = (name: string, low_: number, high_: number): [number, number] => [unscale(name, low_), unscale(name, high_)];
  return figure([data], {
    ...common,
    layout: { shapes, hovermode: 'closest', xaxis: axisOf(across, { log: log.includes(across), range: range(across, x0, x1) }), yaxis: axisOf(up, { log: log.includes(up), range: range(up, y0, y1) }) },
  });
}

function widened([low, high]: [number, number]): [number, number] {
  const room = low === high ? 0.5 : 0.06 * (high - low);
  return [low - room, high + room];
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** Mean of the points' values weighted by 1 / distance³, at (u, v) in 0 … 1 of the two ranges. */
function interpolated(points: readonly Point[], u: number, v: number, [x0, x1]: readonly [number, number], [y0, y1]: readonly [number, number]): number {
  let [sum, weights] = [0, 0];
  for (const { x, y, value } of points) {
    const distance = Math.hypot((x - x0) / (x1 - x0) - u, (y - y0) / (y1 - y0) - v);
    const weight = 1 / Math.max(distance, 1e-6) ** 3;
    sum += weight * value;
    weights += weight;
  }
  return sum / weights;
}
