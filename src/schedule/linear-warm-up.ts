import { linear } from './interpolate';
import { requireEtas, requireUpdates } from './requirements';
import type { Schedule } from './schedule';

export interface LinearOptions {
  /** Smallest learning rate. Default 0. */
  readonly etaMin?: number;
  /** Largest learning rate. Default 1e-1. */
  readonly etaMax?: number;
  /** From the one to the other in so many updates. Default 1,000. */
  readonly updates?: number;
}

/**
 * A straight line from eta_min up to eta_max, where the rate stays (Goyal et al. 2017, arXiv:1706.02677, section 2.2: gradual warm-up). To go on with
 * another schedule, `chain` them.
 *
 * @throws RangeError if a rate is negative or not finite, eta_min > eta_max, or `updates` is not a whole number above 0
 */
export function linearWarmUp({ etaMin = 0, etaMax = 1e-1, updates = 1000 }: LinearOptions = {}): Schedule {
  requireEtas({ etaMin, etaMax });
  requireUpdates('updates', updates);
  return (t) => linear(etaMin, etaMax, Math.min(1, t / updates));
}
