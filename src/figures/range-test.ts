import type { RangeTest } from '../training/range-test';
import type { Figure, FigureOptions } from './figure';
import { lines } from './lines';

/** The loss of a learning rate range test against the rate, with the two rates that it suggests marked. */
export function rangeTestCurve({ points, suggestion }: RangeTest, options: FigureOptions = {}): Figure {
  const finite = points.filter((point): point is { eta: number; loss: number } => point.loss !== null);
  const marks = suggestion ? [{ x: suggestion.steepest, text: `steepest ${shortRate(suggestion.steepest)}` }, { x: suggestion.beforeDivergence, text: `lowest ${shortRate(suggestion.beforeDivergence)}` }] : [];
  return lines([{ name: 'validation loss', x: finite.map(({ eta }) => eta), y: finite.map(({ loss }) => loss), mode: 'lines' }], {
    title: 'Learning rate range test', xTitle: 'learning rate η', yTitle: 'validation loss', xLog: true, yRange: lossRange(finite.map(({ loss }) => loss)), marks, ...options,
  });
}

/** From below the lowest loss to above the first one: what comes after is off the figure. */
export function lossRange(losses: readonly number[]): [number, number] {
  const [first, least] = [losses[0] ?? 1, Math.min(...losses, losses[0] ?? 1)];
  const margin = 0.1 * (first - least) || 0.1;
  return [least - margin, first + 3 * margin];
}

const shortRate = (eta: number): string => String(Number(eta.toPrecision(2)));
