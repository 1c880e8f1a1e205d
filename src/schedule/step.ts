import { requireEta, requireFactor, requireUpdates } from './requirements';
import type { Schedule } from './schedule';

export interface DecayOptions {
  /** The learning rate at the beginning. Default 1e-1. */
  readonly eta?: number;
  /** The factor of each decay. Default 0.1. */
  readonly gamma?: number;
  /** Updates from decay to decay. Default 1,000. */
  readonly every?: number;
}

/**
 * Step decay: the updates 1 … `every` use eta, the next `every` gamma eta, and so on (as PyTorch's StepLR; He et al. 2016, arXiv:1512.03385,
 * section 4.2, divides by 10 in this way). For steps of different length, `chain` constants.
 *
 * @throws RangeError if the rate is negative or not finite, gamma is not above 0, or `every` is not a whole number above 0
 */
export function step({ eta = 1e-1, gamma = 0.1, every = 1000 }: DecayOptions = {}): Schedule {
  requireEta('eta', eta);
  requireFactor('gamma', gamma);
  requireUpdates('every', every);
  return (t) => eta * gamma ** Math.max(0, Math.ceil(t / every) - 1);
}
