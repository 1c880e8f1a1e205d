import { linear } from './interpolate';
import { requireEtas, requireUpdates } from './requirements';
import type { Schedule } from './schedule';

export interface CyclicalOptions {
  /** Smallest learning rate, at t = 0, 2 n_s, 4 n_s, … Default 1e-5. */
  readonly etaMin?: number;
  /** Largest learning rate, at t = n_s, 3 n_s, … Default 1e-1. */
  readonly etaMax?: number;
  /** n_s: updates in half a cycle. Default 500. */
  readonly stepSize?: number;
}

/**
 * The triangular cyclical learning rate (Smith 2015, arXiv:1506.01186, section 3): linear from eta_min up to eta_max in n_s
 * updates, and back in as many. Its forms `triangular2` and `exp_range` are made by `scale`.
 *
 * @throws RangeError if a rate is negative or not finite, eta_min > eta_max, or n_s is not a whole number above 0
 */
export function cyclical({ etaMin = 1e-5, etaMax = 1e-1, stepSize = 500 }: CyclicalOptions = {}): Schedule {
  requireEtas({ etaMin, etaMax });
  requireUpdates('stepSize', stepSize);
  return (t) => {
    const position = t % (2 * stepSize); // updates since the cycle began
    return linear(etaMin, etaMax, position <= stepSize ? position / stepSize : 2 - position / stepSize);
  };
}
