import type { ScheduleDescription } from './description';
import type { Schedule } from './schedule';

/** Schedules that a few numbers describe, for forms and flags. */
export const SIMPLE_SCHEDULES = ['cyclical', 'cosine', 'oneCycle', 'linearDecay', 'constant'] as const;
export type SimpleSchedule = (typeof SIMPLE_SCHEDULES)[number];

export interface RunRates {
  readonly etaMin: number;
  /** Of a constant schedule the learning rate. */
  readonly etaMax: number;
  /** Updates in half a cycle of those that repeat themselves. */
  readonly stepSize: number;
  /** Updates of the whole run. */
  readonly updates: number;
}

/** A simple schedule stretched over a run. */
export function simpleSchedule(type: SimpleSchedule, { etaMin, etaMax, stepSize, updates }: RunRates): ScheduleDescription {
  switch (type) {
    case 'cyclical':
      return { type, etaMin, etaMax, stepSize };
    case 'cosine':
      return { type, etaMin, etaMax, T0: 2 * stepSize, Tmult: 1 };
    case 'oneCycle':
      return { type, etaMax, updates, warmUp: 0.3, divide: 25, divideAtEnd: 1e4, shape: 'cosine' };
    case 'linearDecay':
      return { type, etaMin, etaMax, updates };
    case 'constant':
      return { type, eta: etaMax };
  }
}

/** The ends of a run's learning rates. */
export type EtaRange = Pick<RunRates, 'etaMin' | 'etaMax'>;

/** The smallest and the largest learning rate of a run, over the updates 0 … `updates`. */
export function etaRange(schedule: Schedule, updates: number): EtaRange {
  let [etaMin, etaMax] = [Infinity, -Infinity];
  for (let t = 0; t <= updates; t++) {
    const eta = schedule(t);
    if (eta < etaMin) etaMin = eta;
    if (eta > etaMax) etaMax = eta;
  }
  return { etaMin, etaMax };
}
