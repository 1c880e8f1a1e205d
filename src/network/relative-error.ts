export type ErrorFormula = 'stanford' | 'dd2424';

export interface RelativeErrorOptions {
  /**
   * 'stanford' (default): |a − b| / max(|a|, |b|), 0 where both are 0 (CS231n, "Gradient checks").
   * 'dd2424': |a − b| / max(epsilon, |a| + |b|) (DD2424, assignment 1).
   */
  readonly formula?: ErrorFormula;
  /** Smallest denominator of 'dd2424'. Default 1e-12. */
  readonly epsilon?: number;
}

/**
 * Relative error of each element, [n].
 *
 * @throws RangeError if a and b differ in length, or epsilon is not above 0
 */
export function relativeErrors(a: ArrayLike<number>, b: ArrayLike<number>, { formula = 'stanford', epsilon = 1e-12 }: RelativeErrorOptions = {}): Float64Array {
  requireSameLength(a, b);
  if (!(epsilon > 0)) throw new RangeError(`epsilon must be above 0, not ${epsilon}`);
  const denominator =
    formula === 'stanford'
      ? (p: number, q: number) => Math.max(Math.abs(p), Math.abs(q)) || 1 // both 0: 0 / 1
      : (p: number, q: number) => Math.max(epsilon, Math.abs(p) + Math.abs(q));
  return Float64Array.from({ length: a.length }, (_, k) => Math.abs(a[k] - b[k]) / denominator(a[k], b[k]));
}

/** ‖a − b‖ / max(‖a‖, ‖b‖), with Euclidean norms over all elements; 0 where both are 0. */
export function normError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requireSameLength(a, b);
  return norm(Float64Array.from({ length: a.length }, (_, k) => a[k] - b[k])) / (Math.max(norm(a), norm(b)) || 1);
}

/** Euclidean norm over all elements. */
export function norm(values: ArrayLike<number>): number {
  let squares = 0;
  for (let k = 0; k < values.length; k++) squares += values[k] ** 2;
  return Math.sqrt(squares);
}

/**
 * Relative error that the rounding of costs alone makes in a difference quotient with step h, at an element whose gradient
 * is g: 1e-16 · |J| / (h · |g|). Infinite where g = 0.
 */
export function roundOffFloor(g: number, cost: number, h: number): number {
  return (1e-16 * Math.abs(cost)) / (h * Math.abs(g));
}

function requireSameLength(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw new RangeError(`two gradients of one tensor must have as many elements, not ${a.length} and ${b.length}`);
}
