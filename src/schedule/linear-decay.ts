import { linear } from './interpolate';
import type { LinearOptions } from './linear-warm-up';
import { requireEtas, requireUpdates } from './requirements';
import type { Schedule } from './schedule';

/**
 * A straight line from eta_max down to eta_min, where the rate stays (Li, Yumer and Ramanan 2020, arXiv:1905.04753: what to do with a budget of
 * updates).
 *
 * @throws RangeError if a rate is negative or not finite, eta_min > eta_max, or `updates` is not a whole number above 0
 */
export function linearDecay({ etaMin = 0, etaMax = 1e-1, updates = 1000 }: LinearOptions = {}): Schedule {
  requireEtas({ etaMin, etaMax });
  requireUpdates('updates', updates);
  return (t) => linear(etaMax, etaMin, Math.min(1, t / updates));
}
