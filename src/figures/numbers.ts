/** `value` with `digits` significant digits, so that figures stay small; null (a gap) where it is not finite. */
export function rounded(value: number, digits = 5): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : null;
}

/** Smallest and largest of the finite values; undefined if there are none. */
export function extent(values: Iterable<number>): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** A range that shows all values with a little room, for an axis; on a log axis in powers of ten, as Plotly wants it. */
export function paddedRange(values: Iterable<number>, { log = false, padding = 0.05 } = {}): [number, number] | undefined {
  const scale = log ? Math.log10 : (value: number): number => value;
  const range = extent([...values].map(scale));
  if (range === undefined) return undefined;
  const [low, high] = range;
  const room = low === high ? (log ? 0.5 : Math.abs(low) / 2 || 0.5) : (high - low) * padding;
  return [rounded(low - room)!, rounded(high + room)!];
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample (n − 1); 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
