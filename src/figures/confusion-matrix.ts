import type { Axis, Figure, FigureOptions, ScatterTrace, Shape } from './figure';
import { colours, figure, sequentialColour, styledAxis } from './template';

/**
 * How often images of each class (rows) were taken for each class (columns): counts, coloured by their share of the row.
 *
 * `matrix` is [classes][classes], `classNames` [classes]. Throws a RangeError if it is not square or names are not as many.
 */
export function confusionMatrix(matrix: readonly ArrayLike<number>[], classNames: readonly string[], options: FigureOptions = {}): Figure {
  const n = classNames.length;
  if (matrix.length !== n || matrix.some((row) => row.length !== n)) {
    throw new RangeError(`confusionMatrix: ${matrix.length} rows of ${matrix.map((row) => row.length).join(', ')} for ${n} class names; it must be ${n} × ${n}`);
  }
  const cells = matrix.flatMap((row, actual) => {
    const total = Array.from(row).reduce((a, b) => a + b, 0);
    return Array.from(row, (count, predicted) => ({ actual, predicted, count, share: total === 0 ? 0 : count / total }));
  });
  // Squares as shapes: Plotly's own heat map needs a canvas, which is not there where static pictures are drawn.
  const shapes = cells.map(({ actual, predicted, share }): Shape => ({
    type: 'rect', layer: 'below', x0: predicted - 0.5, x1: predicted + 0.5, y0: actual - 0.5, y1: actual + 0.5,
    fillcolor: sequentialColour(share), line: { color: '#ffffff', width: 1 },
  }));
  const numbers: ScatterTrace = {
    type: 'scatter', mode: 'text', x: cells.map((cell) => cell.predicted), y: cells.map((cell) => cell.actual),
    text: cells.map((cell) => String(cell.count)), textfont: { size: 12, color: cells.map((cell) => (cell.share > 0.65 ? '#ffffff' : colours.ink)) },
    customdata: cells.map(({ actual, predicted, share }) => `${classNames[actual]} taken for ${classNames[predicted]}: ${(100 * share).toFixed(1)} %`),
    hovertemplate: '%{customdata}<extra></extra>',
  };
  const classes: Axis = { tickmode: 'array', tickvals: classNames.map((_, i) => i), ticktext: [...classNames], showgrid: false, showline: false, ticks: '' };
  return figure([numbers], {
    defaultHeight: 120 + 44 * n, ...options,
    layout: {
      shapes, hovermode: 'closest',
      xaxis: styledAxis('predicted class', { ...classes, range: [-0.5, n - 0.5] }),
      yaxis: styledAxis('class', { ...classes, range: [n - 0.5, -0.5] }),
    },
    narrow: { 'xaxis.tickangle': -60 },
  });
}
