import { chain, type ChainOptions } from './chain';
import { constant, type ConstantOptions } from './constant';
import { cosine, type CosineOptions } from './cosine';
import { cyclical, type CyclicalOptions } from './cyclical';
import { exponential } from './exponential';
import { linearDecay } from './linear-decay';
import { type LinearOptions, linearWarmUp } from './linear-warm-up';
import { oneCycle, type OneCycleOptions } from './one-cycle';
import { scale, type ScaleOptions } from './scale';
import type { Schedule } from './schedule';
import { type DecayOptions, step } from './step';

type Described<Type extends string, Options> = { readonly type: Type } & Required<Options>;

export interface ChainDescription extends Required<ChainOptions<ScheduleDescription>> {
  readonly type: 'chain';
}

export interface ScaleDescription extends Required<ScaleOptions<ScheduleDescription>> {
  readonly type: 'scale';
}

/**
 * A schedule as plain JSON, for settings that are stored or sent: the name of its function as `type`, and all of its options. Those of
 * `chain` and `scale` hold descriptions in turn.
 */
export type ScheduleDescription =
  | Described<'cyclical', CyclicalOptions>
  | Described<'constant', ConstantOptions>
  | Described<'cosine', CosineOptions>
  | Described<'oneCycle', OneCycleOptions>
  | Described<'linearWarmUp', LinearOptions>
  | Described<'linearDecay', LinearOptions>
  | Described<'step', DecayOptions>
  | Described<'exponential', DecayOptions>
  | ChainDescription
  | ScaleDescription;

/** Of each type: its options, all of which a description must give, and the schedule made of them. */
const types: { readonly [Type in ScheduleDescription['type']]: ScheduleType<Extract<ScheduleDescription, { type: Type }>> } = {
  cyclical: { keys: ['etaMin', 'etaMax', 'stepSize'], schedule: cyclical },
  constant: { keys: ['eta'], schedule: constant },
  cosine: { keys: ['etaMin', 'etaMax', 'T0', 'Tmult'], schedule: cosine },
  oneCycle: { keys: ['etaMax', 'updates', 'warmUp', 'divide', 'divideAtEnd', 'shape'], schedule: oneCycle },
  linearWarmUp: { keys: ['etaMin', 'etaMax', 'updates'], schedule: linearWarmUp },
  linearDecay: { keys: ['etaMin', 'etaMax', 'updates'], schedule: linearDecay },
  step: { keys: ['eta', 'gamma', 'every'], schedule: step },
  exponential: { keys: ['eta', 'gamma', 'every'], schedule: exponential },
  chain: { keys: ['parts'], schedule: chain },
  scale: { keys: ['schedule', 'by', 'above'], schedule: scale },
};

interface ScheduleType<Description> {
  readonly keys: readonly Exclude<keyof Description, 'type'>[];
  /** `chain` and `scale` take schedules where their descriptions have descriptions. */
  readonly schedule: (options: never) => Schedule;
}

/**
 * The schedule of a description.
 *
 * @throws RangeError, naming the key, for an unknown type, a key that is missing or unknown, or a value that the schedule refuses
 */
export function scheduleFrom(description: ScheduleDescription): Schedule {
  const { type, ...options } = requireDescription(description);
  return types[type].schedule(mapDescriptions(options, scheduleFrom) as never);
}

/**
 * Options with each description in them mapped: what `chain` and `scale` are made of. An error of `map` is thrown with the description's
 * place before its message.
 */
export function mapDescriptions<R>(options: object, map: (description: ScheduleDescription) => R): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, mapped(value, map, key)]));
}

function mapped<R>(value: unknown, map: (description: ScheduleDescription) => R, path: string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => mapped(item, map, `${path}.${index}`));
  if (typeof value !== 'object' || value === null) return value;
  if (!('type' in value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner, map, `${path}.${key}`)]));
  try {
    return map(value as ScheduleDescription);
  } catch (error) {
    throw new RangeError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function requireDescription(description: ScheduleDescription): ScheduleDescription {
  const { type } = description;
  if (!Object.hasOwn(types, type)) throw new RangeError(`type is ${JSON.stringify(type)}; ${Object.keys(types).map((known) => `"${known}"`).join(' or ')} would be right`);
  const keys: readonly string[] = types[type].keys;
  const missing = keys.find((key) => !Object.hasOwn(description, key));
  if (missing !== undefined) throw new RangeError(`${missing} is missing; a ${type} schedule has ${keys.join(', ')}`);
  const unknown = Object.keys(description).find((key) => key !== 'type' && !keys.includes(key));
  if (unknown !== undefined) throw new RangeError(`${unknown} is not a setting of a ${type} schedule, which has ${keys.join(', ')}`);
  return description;
}
