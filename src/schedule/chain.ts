import { requireSchedule, requireUpdates } from './requirements';
import type { Schedule } from './schedule';

export interface ChainPart<S = Schedule> {
  readonly schedule: S;
  /** It is used for so many updates; the last part goes on for as long as it is asked. */
  readonly updates: number;
}

export interface ChainOptions<S = Schedule> {
  /** One or more, in order. */
  readonly parts: readonly ChainPart<S>[];
}

/**
 * One schedule after another, each from its own beginning: after n updates of the first part, update n + 1 is the second one's update 1.
 * The last update of a part belongs to that part, so a part that ends at some rate reaches it.
 *
 * @throws RangeError if there are no parts, or a number of updates is not whole and above 0
 */
export function chain({ parts }: ChainOptions): Schedule {
  if (!Array.isArray(parts as unknown) || parts.length === 0) throw new RangeError('parts must be a list of { schedule, updates }, one or more');
  parts.forEach(({ schedule, updates }, index) => {
    requireSchedule(`parts.${index}.schedule`, schedule);
    requireUpdates(`parts.${index}.updates`, updates);
  });
  return (t) => {
    let [index, start] = [0, 0];
    while (index < parts.length - 1 && t > start + parts[index].updates) start += parts[index++].updates;
    return parts[index].schedule(t - start);
  };
}
