import { halfCosine, linear, type Shape } from './interpolate';
import { requireEta, requireFactor, requireUpdates } from './requirements';
import type { Schedule } from './schedule';

export interface OneCycleOptions {
  /** Largest learning rate. Default 1e-1. */
  readonly etaMax?: number;
  /** Updates of the whole cycle, as many as the run has. Default 1,000. */
  readonly updates?: number;
  /** The part of the cycle, above 0 and below 1, in which the rate rises. Default 0.3. */
  readonly warmUp?: number;
  /** The rate begins at etaMax over this. Default 25. */
  readonly divide?: number;
  /** The rate ends at its beginning over this. Default 1e4. */
  readonly divideAtEnd?: number;
  /** Of both phases. Default 'cosine'. */
  readonly shape?: Shape;
}

/**
 * The one-cycle policy (Smith and Topin 2018, arXiv:1708.07120; Smith 2018, arXiv:1803.09820): up to eta_max, and down to far below where it
 * began. Two phases with the defaults of PyTorch's OneCycleLR; the rate stays where it ends. The papers' own form, three straight lines, is a
 * `chain` of `cyclical` and `linearDecay`.
 *
 * @throws RangeError if a rate, a factor or a number of updates cannot be right
 */
export function oneCycle({ etaMax = 1e-1, updates = 1000, warmUp = 0.3, divide = 25, divideAtEnd = 1e4, shape = 'cosine' }: OneCycleOptions = {}): Schedule {
  requireEta('etaMax', etaMax);
  requireUpdates('updates', updates);
  if (!(warmUp > 0 && warmUp < 1)) throw new RangeError(`warmUp must be a part of the cycle, above 0 and below 1, not ${warmUp}`);
  requireFactor('divide', divide);
  requireFactor('divideAtEnd', divideAtEnd);
  if (shape !== 'cosine' && shape !== 'linear') throw new RangeError(`shape must be 'cosine' or 'linear', not ${JSON.stringify(shape)}`);
  const between = shape === 'cosine' ? halfCosine : linear;
  const peak = warmUp * updates;
  const start = etaMax / divide;
  return (t) => (t <= peak ? between(start, etaMax, t / peak) : between(etaMax, start / divideAtEnd, Math.min(1, (t - peak) / (updates - peak))));
}
