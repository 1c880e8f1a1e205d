import { halfCosine } from './interpolate';
import { requireEtas, requireUpdates } from './requirements';
import type { Schedule } from './schedule';

export interface CosineOptions {
  /** Smallest learning rate, at the last update of each cycle. Default 0. */
  readonly etaMin?: number;
  /** Largest learning rate, where each cycle begins. Default 1e-1. */
  readonly etaMax?: number;
  /** T_0: updates in the first cycle; as many as the run has for no restart. Default 1,000. */
  readonly T0?: number;
  /** T_mult: each cycle is so many times as long as the one before. Default 1. */
  readonly Tmult?: number;
}

/**
 * Cosine annealing with warm restarts (SGDR; Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5): half a wave of the cosine
 * from eta_max down to eta_min in T_0 updates, and again in T_0 T_mult, T_0 T_mult², … The first cycle is of the updates 1 … T_0,
 * the last of which uses eta_min itself: where a snapshot of the network is worth taking.
 *
 * @throws RangeError if a rate is negative or not finite, eta_min > eta_max, or T_0 or T_mult is not a whole number above 0
 */
export function cosine({ etaMin = 0, etaMax = 1e-1, T0 = 1000, Tmult = 1 }: CosineOptions = {}): Schedule {
  requireEtas({ etaMin, etaMax });
  requireUpdates('T0', T0);
  if (!Number.isInteger(Tmult) || Tmult < 1) throw new RangeError(`Tmult must be a whole number, 1 or more, not ${Tmult}`);
  return (t) => {
    const { start, length } = cycleAt(t, T0, Tmult);
    return halfCosine(etaMax, etaMin, (t - start) / length);
  };
}

/** The cycle that update t belongs to: of the updates start + 1 … start + length. */
function cycleAt(t: number, T0: number, Tmult: number): { readonly start: number; readonly length: number } {
  if (Tmult === 1) return { start: T0 * Math.max(0, Math.ceil(t / T0) - 1), length: T0 };
  let [start, length] = [0, T0];
  while (t > start + length) [start, length] = [start + length, length * Tmult];
  return { start, length };
}
