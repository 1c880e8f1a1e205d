import type { Schedule } from '../schedule/schedule';
import type { Figure, FigureOptions } from './figure';
import { lines, type Series } from './lines';

export interface LearningRateOptions extends FigureOptions {
  /** The last update shown; the first is 0. A positive integer. */
  updates: number;
}

/**
 * The learning rate eta(t) against the update step, for t = 0, 1, …, `updates`, both ends included: of one schedule, or of several by their
 * names, which the legend gives.
 *
 * Drawn are about 200 evenly spaced updates, and each one at which the slope turns, so that no corner or jump of a schedule is cut.
 * Throws a RangeError if `updates` is not a positive integer.
 */
export function learningRate(schedules: Schedule | Readonly<Record<string, Schedule>>, { updates, ...options }: LearningRateOptions): Figure {
  if (!Number.isInteger(updates) || updates < 1) throw new RangeError(`learningRate: updates is ${updates}; it must be a positive integer`);
  const named = typeof schedules === 'function' ? { eta: schedules } : schedules;
  const series = Object.entries(named).map(([name, schedule]): Series => {
    const t = drawnUpdates(schedule, updates);
    return { name, x: t, y: t.map(schedule), mode: 'lines' };
  });
  return lines(series, { xTitle: 'update step', yTitle: 'learning rate η', xRange: [-0.01 * updates, 1.01 * updates], height: 300, ...options });
}

/**
 * The updates from 0 to `last` to draw: both ends, about 200 evenly spaced ones, and corners, where the slope changes by more than a tenth of
 * the steepest. None if `last` is negative.
 */
export function drawnUpdates(schedule: Schedule, last: number): number[] {
  const eta = Array.from({ length: last + 1 }, (_, t) => schedule(t));
  const every = Math.max(1, Math.floor(last / 200));
  const slope = (t: number): number => eta[t + 1]! - eta[t]!;
  let steepest = 0;
  for (let t = 0; t < last; t++) steepest = Math.max(steepest, Math.abs(slope(t)));
  const corner = (t: number): boolean => Math.abs(slope(t) - slope(t - 1)) > 0.1 * steepest;
  return eta.map((_, t) => t).filter((t) => t === 0 || t === last || t % every === 0 || corner(t));
}
