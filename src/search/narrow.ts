import type { Trial } from './trial';

/** The values of all trials with one value of a parameter, as `spread` draws them. */
export interface AtParameter {
  /** The parameter. */
  readonly x: number;
  /** What was found there, in order of trial; one entry per seed. */
  readonly values: readonly number[];
}

type Result = Pick<Trial, 'parameters' | 'value' | 'state'>;

/** Complete trials grouped by a parameter, in order of the parameter. */
export function byParameter(trials: readonly Result[], parameter: string): AtParameter[] {
  const groups = new Map<number, number[]>();
  for (const { parameters, value, state } of trials) {
    const x = parameters[parameter];
    if (x === undefined) throw new RangeError(`a trial has no parameter ${parameter}; it has ${Object.keys(parameters).join(', ')}`);
    if (state !== 'complete' || value === null) continue;
    groups.set(x, [...(groups.get(x) ?? []), value]);
  }
  return [...groups].map(([x, values]) => ({ x, values })).sort((a, b) => a.x - b.x);
}

export interface NarrowOptions {
  /** Default 'lambda'. */
  readonly parameter?: string;
  /** From the smallest to the largest of so many best. Default 3, as in the report. */
  readonly best?: number;
  /** What a step beyond the last value tried is: as far again, or by the same factor. Default 'linear'. */
  readonly scale?: 'linear' | 'logarithmic';
}

/**
 * Where to search next, as the report does: from the smallest to the largest of the three best values of the parameter. Where
 * the best stands at an end of that interval, one step of the grid further: to the next value tried, or where there is none, as
 * far beyond as the last step was long; never to 0 or below. Larger values are better; seeds at one parameter are averaged.
 *
 * @throws RangeError if fewer than two values of the parameter have complete trials
 */
export function narrow(trials: readonly Result[], { parameter = 'lambda', best = 3, scale = 'linear' }: NarrowOptions = {}): { from: number; to: number } {
  const tried = byParameter(trials, parameter).map(({ x, values }) => ({ x, mean: values.reduce((sum, value) => sum + value, 0) / values.length }));
  if (tried.length < 2) throw new RangeError(`narrow: ${tried.length} values of ${parameter} have complete trials; two or more are needed`);
  const chosen = [...tried].sort((a, b) => b.mean - a.mean).slice(0, best);
  const [from, to] = [Math.min(...chosen.map(({ x }) => x)), Math.max(...chosen.map(({ x }) => x))];
  const top = chosen[0].x;
  const grid = tried.map(({ x }) => x);
  return { from: top === from ? stepBeyond(from, [...grid].reverse(), scale) : from, to: top === to ? stepBeyond(to, grid, scale) : to };
}

/** The value after `end` in the grid, which runs in the direction of the step. */
function stepBeyond(end: number, grid: readonly number[], scale: 'linear' | 'logarithmic'): number {
  const index = grid.indexOf(end);
  if (index < grid.length - 1) return grid[index + 1];
  const before = grid[index - 1];
  const beyond = scale === 'linear' ? end + (end - before) : (end * end) / before;
  return beyond > 0 ? beyond : end;
}

/**
 * How many seeds tell two parameters apart whose true means differ by `difference`, given the standard deviation over seeds:
 * n = 2 ((z₁ + z₂) sigma / difference)², with a false alarm in 5 % of cases (two-sided, z₁ = 1.96) and a true difference found
 * in 80 % (z₂ = 0.84); the normal approximation to the two-sample t test.
 */
export function seedsNeeded({ difference, standardDeviation }: { readonly difference: number; readonly standardDeviation: number }): number {
  if (!(standardDeviation >= 0 && difference !== 0)) throw new RangeError(`seedsNeeded: difference is ${difference} and standardDeviation ${standardDeviation}; not 0, and 0 or more, would be right`);
  return Math.max(2, Math.ceil(2 * ((1.959964 + 0.841621) * (standardDeviation / difference)) ** 2));
}
