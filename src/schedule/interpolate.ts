/** How a rate goes from one value to another. */
export type Shape = 'linear' | 'cosine';

/** The straight line from `from` (fraction 0) to `to` (fraction 1). Both ends are exact, and nothing lies outside of them. */
export function linear(from: number, to: number, fraction: number): number {
  return Math.min(Math.max(from, to), Math.max(Math.min(from, to), (1 - fraction) * from + fraction * to));
}

/** Half a wave of the cosine from `from` (fraction 0) to `to` (fraction 1): flat at both ends, which are exact. */
export function halfCosine(from: number, to: number, fraction: number): number {
  return linear(from, to, (1 - Math.cos(Math.PI * fraction)) / 2);
}
