import type { Random } from '../random/random';

/** The values that one parameter may take: a grid, or an interval to draw from. */
export type Dimension =
  | { readonly kind: 'grid'; readonly values: readonly number[] }
  | { readonly kind: 'interval'; readonly from: number; readonly to: number; readonly scale: 'linear' | 'logarithmic' };

/** What to search, by the parameter's path in the settings: `lambda`, `batchSize`, `schedule.etaMax`. */
export type Space = Readonly<Record<string, Dimension>>;

/** One value of each parameter. */
export type Parameters = Readonly<Record<string, number>>;

interface Interval {
  readonly from: number;
  readonly to: number;
}

interface Grid extends Interval {
  /** How many values, both ends included; 2 or more. */
  readonly count: number;
}

/** Values at equal distances, both ends included. Throws a RangeError unless from < to and count is a whole number from 2. */
export function linear({ from, to, count }: Grid): Dimension {
  requireInterval({ from, to });
  return { kind: 'grid', values: steps(count, (fraction) => (1 - fraction) * from + fraction * to) };
}

/** Values at equal ratios, both ends included. Throws a RangeError unless 0 < from < to and count is a whole number from 2. */
export function logarithmic({ from, to, count }: Grid): Dimension {
  requirePositive({ from, to });
  const values = steps(count, (fraction) => from ** (1 - fraction) * to ** fraction);
  return { kind: 'grid', values: values.map((value, index) => (index === 0 ? from : index === count - 1 ? to : value)) };
}

/** The values themselves. Throws a RangeError for none, or one that is not finite. */
export function list(values: readonly number[]): Dimension {
  const wrong = values.find((value) => !Number.isFinite(value));
  if (values.length === 0 || wrong !== undefined) throw new RangeError(`list: ${values.length === 0 ? 'there are no values' : `a value is ${wrong}`}; finite numbers would be right`);
  return { kind: 'grid', values: [...values] };
}

/** Draws uniformly on [from, to). Throws a RangeError unless from < to. */
export function uniform({ from, to }: Interval): Dimension {
  requireInterval({ from, to });
  return { kind: 'interval', from, to, scale: 'linear' };
}

/** Draws so that the logarithm is uniform on [log from, log to). Throws a RangeError unless 0 < from < to. */
export function logUniform({ from, to }: Interval): Dimension {
  requirePositive({ from, to });
  return { kind: 'interval', from, to, scale: 'logarithmic' };
}

/** One value of a dimension. */
export function draw(dimension: Dimension, draws: Random): number {
  if (dimension.kind === 'grid') return dimension.values[draws.integer(0, dimension.values.length - 1)];
  const { from, to, scale } = dimension;
  const u = draws.uniform();
  return scale === 'linear' ? (1 - u) * from + u * to : from * (to / from) ** u;
}

function steps(count: number, at: (fraction: number) => number): number[] {
  if (!Number.isInteger(count) || count < 2) throw new RangeError(`count is ${count}; a whole number, 2 or more, would be right`);
  return Array.from({ length: count }, (_, index) => at(index / (count - 1)));
}

function requireInterval({ from, to }: Interval): void {
  if (!(Number.isFinite(from) && Number.isFinite(to) && from < to)) throw new RangeError(`from ${from} to ${to} is no interval; finite numbers, the smaller one first, would be right`);
}

function requirePositive({ from, to }: Interval): void {
  requireInterval({ from, to });
  if (from <= 0) throw new RangeError(`from is ${from}; a number above 0 would be right on a logarithmic scale`);
}
