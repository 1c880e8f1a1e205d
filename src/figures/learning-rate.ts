import type { Figure, FigureOptions } from './figure';
import { lines } from './lines';
import { colours } from './template';

export interface LearningRateOptions extends FigureOptions {
  /** The last update shown; the first is 0. A positive integer. */
  updates: number;
}

/**
 * The learning rate eta(t) against the update step, for t = 0, 1, …, `updates`, both ends included.
 *
 * Drawn are about 200 evenly spaced updates, and each one at which the slope turns, so that no corner of the schedule is cut.
 * Throws a RangeError if `updates` is not a positive integer.
 */
export function learningRate(schedule: (t: number) => number, { updates, ...options }: LearningRateOptions): Figure {
  if (!Number.isInteger(updates) || updates < 1) throw new RangeError(`learningRate: updates is ${updates}; it must be a positive integer`);
  const eta = Array.from({ length: updates + 1 }, (_, t) => schedule(t));
  const t = drawnUpdates(eta);
  return lines([{ name: 'eta', x: t, y: t.map((i) => eta[i]!), colour: colours.training, mode: 'lines' }], {
    xTitle: 'update step', yTitle: 'learning rate η', xRange: [-0.01 * updates, 1.01 * updates], height: 300, ...options,
  });
}

/** The indices to draw: both ends, evenly spaced ones, and corners, where the slope changes by more than a tenth of the steepest. */
function drawnUpdates(eta: readonly number[]): number[] {
  const last = eta.length - 1;
  const every = Math.max(1, Math.floor(last / 200));
  const slope = (t: number): number => eta[t + 1]! - eta[t]!;
  let steepest = 0;
  for (let t = 0; t < last; t++) steepest = Math.max(steepest, Math.abs(slope(t)));
  const corner = (t: number): boolean => Math.abs(slope(t) - slope(t - 1)) > 0.1 * steepest;
  return eta.map((_, t) => t).filter((t) => t === 0 || t === last || t % every === 0 || corner(t));
}
