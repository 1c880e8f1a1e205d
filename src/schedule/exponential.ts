import { requireEta, requireFactor, requireUpdates } from './requirements';
import type { Schedule } from './schedule';
import type { DecayOptions } from './step';

/**
 * Exponential decay: eta gamma^(t / every), smoothly by the factor gamma in each `every` updates (as Keras's ExponentialDecay). With
 * gamma above 1 it grows, as a learning rate range test on a logarithmic scale does.
 *
 * @throws RangeError if the rate is negative or not finite, gamma is not above 0, or `every` is not a whole number above 0
 */
export function exponential({ eta = 1e-1, gamma = 0.1, every = 1000 }: DecayOptions = {}): Schedule {
  requireEta('eta', eta);
  requireFactor('gamma', gamma);
  requireUpdates('every', every);
  return (t) => eta * gamma ** (t / every);
}
