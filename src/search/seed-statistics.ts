import type { AtParameter } from './narrow';

/** What several seeds gave at one value of a parameter. */
export interface SeedSummary {
  /** The parameter. */
  readonly x: number;
  readonly mean: number;
  readonly smallest: number;
  readonly largest: number;
}

/** Mean, smallest and largest of each group, the largest mean first. */
export function rankByMean(groups: readonly AtParameter[]): SeedSummary[] {
  return groups
    .map(({ x, values }) => ({ x, mean: mean(values), smallest: Math.min(...values), largest: Math.max(...values) }))
    .sort((a, b) => b.mean - a.mean);
}

/**
 * Standard deviation over seeds, pooled over all groups: the root of Σ (value − its group's mean)² / Σ (n − 1). It is what one
 * seed differs from another by; 0 where no group has more than one.
 */
export function seedDeviation(groups: readonly AtParameter[]): number {
  const squares = groups.reduce((sum, { values }) => sum + values.reduce((total, value) => total + (value - mean(values)) ** 2, 0), 0);
  const degrees = groups.reduce((sum, { values }) => sum + values.length - 1, 0);
  return degrees === 0 ? 0 : Math.sqrt(squares / degrees);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
