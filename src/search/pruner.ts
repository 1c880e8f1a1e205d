/** What a pruner sees of a trial. */
export interface ObservedTrial {
  readonly number: number;
  readonly state: 'running' | 'complete' | 'failed' | 'pruned';
  /** The value sought after each measurement, in order of update; larger is better. */
  readonly values: readonly { readonly update: number; readonly value: number }[];
}

/** Whether to end a running trial after its last measurement, from how it and all trials of the study (itself too) went so far. */
export type Pruner = (trial: ObservedTrial, trials: readonly ObservedTrial[]) => boolean;

/**
 * Ends a trial whose best value so far is below the median of the complete trials' values at the same update (Golovin et al.
 * 2017, Google Vizier, section 3.2.2; Optuna's MedianPruner).
 *
 * @param startupTrials so many trials must be complete before any is ended; default 5
 * @param warmupUpdates no trial is ended before this update; default 0
 */
export function medianPruner({ startupTrials = 5, warmupUpdates = 0 }: { readonly startupTrials?: number; readonly warmupUpdates?: number } = {}): Pruner {
  return ({ values }, trials) => {
    const last = values[values.length - 1];
    if (last === undefined || last.update === 0 || last.update < warmupUpdates) return false;
    const complete = trials.filter(({ state }) => state === 'complete');
    const others = complete.flatMap((trial) => trial.values.filter(({ update }) => update === last.update).map(({ value }) => value));
    if (complete.length < startupTrials || others.length === 0) return false;
    return Math.max(...values.map(({ value }) => value)) < median(others);
  };
}

/**
 * Asynchronous successive halving (ASHA; Li et al. 2018, arXiv:1810.05934, algorithm 2): rungs lie at minUpdates · factor^k
 * updates; at each, a trial goes on only if its value is among the best 1/factor of all that have come so far, and in any
 * case if it is the best.
 *
 * @param minUpdates updates up to the first rung
 * @param factor default 4
 */
export function successiveHalving({ minUpdates, factor = 4 }: { readonly minUpdates: number; readonly factor?: number }): Pruner {
  if (!(minUpdates >= 1)) throw new RangeError(`minUpdates is ${minUpdates}; a number of updates, 1 or more, would be right`);
  if (!(factor > 1)) throw new RangeError(`factor is ${factor}; a number above 1 would be right`);
  return ({ values }, trials) => {
    const [before, last] = [values[values.length - 2]?.update ?? 0, values[values.length - 1]];
    if (last === undefined) return false;
    for (let rung = minUpdates; rung <= last.update; rung *= factor) {
      if (rung <= before) continue; // passed earlier
      const rivals = trials.flatMap((trial) => trial.values.find(({ update }) => update >= rung)?.value ?? []).sort((a, b) => b - a);
      const promoted = Math.max(1, Math.floor(rivals.length / factor));
      if (last.value < rivals[promoted - 1]) return true;
    }
    return false;
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
