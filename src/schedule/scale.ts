import { requireEta, requireSchedule } from './requirements';
import type { Schedule } from './schedule';

export interface ScaleOptions<S = Schedule> {
  readonly schedule: S;
  /** The factor, 0 or more, or one that itself follows a schedule. */
  readonly by: number | S;
  /** The rate from which on the schedule is scaled: above + by (eta − above). Default 0, which scales all of it. */
  readonly above?: number;
}

/**
 * A schedule times a factor. The decaying forms of the cyclical learning rate (Smith 2015, arXiv:1506.01186, section 3) are
 *
 *     triangular2   scale({ schedule: cyclical({ etaMin, etaMax, stepSize }), by: step({ eta: 1, gamma: 0.5, every: 2 * stepSize }), above: etaMin })
 *     exp_range     scale({ schedule: cyclical({ etaMin, etaMax, stepSize }), by: exponential({ eta: 1, gamma, every: 1 }) })
 *
 * the one with half the difference to eta_min in each cycle, the other with both ends falling by gamma in each update.
 *
 * @throws RangeError if `by` or `above` is negative or not finite
 */
export function scale({ schedule, by, above = 0 }: ScaleOptions): Schedule {
  requireSchedule('schedule', schedule);
  if (typeof by !== 'function' && !(Number.isFinite(by) && by >= 0)) throw new RangeError(`by must be a schedule or a finite factor, 0 or more, not ${by}`);
  requireEta('above', above);
  const factor = typeof by === 'function' ? by : () => by;
  return (t) => above + factor(t) * (schedule(t) - above);
}
