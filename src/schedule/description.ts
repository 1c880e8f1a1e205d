import { constant } from './constant';
import { cyclical } from './cyclical';
import type { Schedule } from './schedule';

/** A schedule as plain JSON, for settings that are stored or sent. */
export type ScheduleDescription =
  | { readonly type: 'cyclical'; readonly etaMin: number; readonly etaMax: number; readonly stepSize: number }
  | { readonly type: 'constant'; readonly eta: number };

/** Of each type of schedule: its settings, all of which a description must give, and the schedule made of them. */
const types: { readonly [Type in ScheduleDescription['type']]: ScheduleType<Extract<ScheduleDescription, { type: Type }>> } = {
  cyclical: { keys: ['etaMin', 'etaMax', 'stepSize'], schedule: cyclical },
  constant: { keys: ['eta'], schedule: constant },
};

interface ScheduleType<Description> {
  readonly keys: readonly string[];
  readonly schedule: (settings: Description) => Schedule;
}

/**
 * The schedule of a description.
 *
 * @throws RangeError, naming the key, for an unknown type, a key that is missing or unknown, or a value that the schedule refuses
 */
export function scheduleFrom(description: ScheduleDescription): Schedule {
  const known: Readonly<Record<string, ScheduleType<never>>> = types;
  if (!Object.hasOwn(known, description.type)) {
    throw new RangeError(`type is ${JSON.stringify(description.type)}; ${Object.keys(known).map((type) => `"${type}"`).join(' or ')} would be right`);
  }
  const { keys, schedule } = known[description.type];
  const missing = keys.find((key) => !Object.hasOwn(description, key));
  if (missing !== undefined) throw new RangeError(`${missing} is missing; a ${description.type} schedule has ${keys.join(', ')}`);
  const unknown = Object.keys(description).find((key) => key !== 'type' && !keys.includes(key));
  if (unknown !== undefined) throw new RangeError(`${unknown} is not a setting of a ${description.type} schedule, which has ${keys.join(', ')}`);
  return schedule(description as never);
}
