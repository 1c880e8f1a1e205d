/** A point of a learning rate range test. */
export interface RatePoint {
  readonly eta: number;
  /** Validation accuracy, 0 … 1; null where the loss was not finite. */
  readonly accuracy: number | null;
}

/** Learning rates that suit a network. */
export interface RateSuggestion {
  readonly etaMin: number;
  readonly etaMax: number;
}

/**
 * Reads a learning rate range test (Smith 2015, arXiv:1506.01186, section 3.3), in which the rate rises during one run: eta_min is
 * where the accuracy begins to rise, eta_max where it has stopped rising. Here: where the smoothed accuracy has made a tenth of its way
 * from its beginning to its best, and where it first comes within a twentieth of that way to its best. Undefined if there are fewer than five points, or the
 * accuracy does not rise.
 */
export function suggestRates(points: readonly RatePoint[]): RateSuggestion | undefined {
  const finite = points.filter((point): point is RatePoint & { accuracy: number } => point.accuracy !== null);
  if (finite.length < 5) return undefined;
  const smooth = smoothed(finite.map(({ accuracy }) => accuracy), Math.max(1, Math.round(finite.length / 40)));
  const best = Math.max(...smooth);
  const way = best - smooth[0];
  if (way < 0.02) return undefined;
  const at = (part: number) => finite[smooth.findIndex((accuracy) => accuracy >= smooth[0] + part * way)].eta;
  const [etaMin, etaMax] = [at(0.1), at(0.95)].map((eta) => Number(eta.toPrecision(2)));
  return etaMin < etaMax ? { etaMin, etaMax } : undefined;
}

/** Means over up to `radius` neighbours on each side; fewer at the ends, the same number on both sides. */
function smoothed(values: readonly number[], radius: number): number[] {
  return values.map((_, index) => {
    const reach = Math.min(radius, index, values.length - 1 - index);
    const window = values.slice(index - reach, index + reach + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}
