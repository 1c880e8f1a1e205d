import type { Schedule } from './schedule';

/**
 * The updates from 1 to `updates` at which a schedule has come down: its rate fell, and rises after that update, or the run ends. These are the ends of cycles, where
 * a snapshot of the network is worth taking: 2 n_s, 4 n_s, … of `cyclical`, T_0, T_0 + T_0 T_mult, … of `cosine`.
 */
export function cycleEnds(schedule: Schedule, updates: number): number[] {
  const ends: number[] = [];
  for (let t = 1; t <= updates; t++) if (schedule(t) < schedule(t - 1) && (t === updates || schedule(t + 1) > schedule(t))) ends.push(t);
  return ends;
}
