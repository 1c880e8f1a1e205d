import type { HostTensors } from '../network/host-tensor';
import type { Measurement } from './measurement';

/** Measurements on small samples in between, for curves that grow while one looks. What is trained does not depend on them. */
export interface LiveOptions {
  /** The samples: so many of the first images of each part, at most. Default 1,000. */
  readonly images?: number;
  /** How often to measure, by the clock, in all. Default 12. */
  readonly perSecond?: number;
  /** Told of each; the training waits for what it returns, off the clock: a way to pause. */
  readonly onMeasurement: (measurement: Measurement) => void | Promise<void>;
}

/** The options with their defaults, checked. */
export function liveOptions({ images = 1000, perSecond = 12, onMeasurement }: LiveOptions): Required<LiveOptions> {
  if (!Number.isInteger(images) || images < 1) throw new RangeError(`live.images must be a whole number, 1 or more, not ${images}`);
  if (!(perSecond > 0)) throw new RangeError(`live.perSecond must be above 0, not ${perSecond}`);
  return { images, perSecond, onMeasurement };
}

/** Called as often as one likes with where the training stands; measures when it is time to. */
export type LiveMeter = (update: number, parameters: HostTensors) => Promise<void>;

/**
 * Measures at once, and then at the beats of a clock of `perSecond` beats a second. Beats that are missed are not made up for.
 *
 * @param measure measures the network after an update, on the samples
 * @param now milliseconds of a clock that never goes back
 */
export function liveMeter({ perSecond, onMeasurement }: Required<LiveOptions>, measure: (update: number, parameters: HostTensors) => Promise<Measurement>, now: () => number): LiveMeter {
  const beat = 1000 / perSecond;
  let [next, measured] = [-Infinity, -1];
  return async (update, parameters) => {
    const time = now();
    if (time < next || update === measured) return;
    measured = update;
    next = (time - next < beat ? next : time) + beat;
    await onMeasurement(await measure(update, parameters));
  };
}
