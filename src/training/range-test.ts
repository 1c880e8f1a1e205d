import type { Network } from '../network/network';
import { exponential } from '../schedule/exponential';
import type { DecayOptions } from '../schedule/step';
import { DivergenceError } from './divergence-error';
import { train } from './train';
import type { TrainingParts, TrainOptions } from './train-options';

/** The rates that a range test goes through. */
export interface RangeTestRates {
  /** Where the rate begins. Default 1e-5. */
  readonly etaMin?: number;
  /** Where it ends, unless the loss rises far before. Default 10. */
  readonly etaMax?: number;
  /** In so many updates. Default 1,000. */
  readonly updates?: number;
}

export interface RangeTestOptions extends RangeTestRates, Omit<TrainOptions, 'schedule' | 'updates' | 'epochs' | 'measurementsPerEpoch' | 'checkpoint' | 'live'> {
  /** How often to measure in all: after each so many updates. Default 100. */
  readonly points?: number;
  /** Measure on so many of the first images of each part. Default 1,000. */
  readonly measuredImages?: number;
}

/** A point of a range test. */
export interface RatePoint {
  readonly eta: number;
  /** Validation loss, in nats; null where it was not finite. */
  readonly loss: number | null;
}

/** Learning rates that suit a network. */
export interface RateSuggestion {
  /** Where the smoothed loss falls most steeply, against the logarithm of the rate. */
  readonly steepest: number;
  /** Where it is lowest: the last rate before it rises. */
  readonly beforeDivergence: number;
}

/** What a range test found. */
export interface RangeTest {
  readonly points: readonly RatePoint[];
  /** Undefined where the loss did not fall. */
  readonly suggestion: RateSuggestion | undefined;
}

/** A loss of so many times the lowest one ends the test. */
const DIVERGED = 4;

/**
 * The learning rate range test (Smith 2015, arXiv:1506.01186, section 3.3): trains once while the rate rises, and looks where the loss
 * falls and where it rises again. The rate rises by the same factor in each update, as in fastai's `lr_find`, so that all orders of magnitude get their share.
 *
 * Nothing is left of the training: `parameters`, if given, are where it begins, and stay as they are.
 *
 * @throws RangeError for options that cannot be right
 */
export async function rangeTest(network: Network, parts: TrainingParts, options: RangeTestOptions = {}): Promise<RangeTest> {
  const { etaMin, etaMax, updates = 1000, points = 100, measuredImages = 1000, ...rest } = options;
  if (!Number.isInteger(points) || points < 5) throw new RangeError(`points must be a whole number, 5 or more, not ${points}`);
  const schedule = exponential(rangeTestRates({ etaMin, etaMax, updates }));
  const { updatesPerEpoch } = train(network, parts, { ...rest, schedule, updates }); // never started: it knows the length of an epoch
  const run = train(network, parts, { ...rest, schedule, updates, measuredImages, measurementsPerEpoch: (points * updatesPerEpoch) / updates });
  const measured: RatePoint[] = [];
  let lowest = Infinity;
  try {
    for await (const { eta, validation } of run) {
      measured.push({ eta, loss: validation.loss });
      lowest = Math.min(lowest, validation.loss);
      if (validation.loss > DIVERGED * lowest) break;
    }
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    measured.push({ eta: error.eta, loss: null });
  }
  return { points: measured, suggestion: suggestRates(measured) };
}

/** The rising rate of a range test, as the options of `exponential`. */
export function rangeTestRates({ etaMin = 1e-5, etaMax = 10, updates = 1000 }: RangeTestRates = {}): Required<DecayOptions> {
  if (!(etaMin > 0 && etaMin < etaMax)) throw new RangeError(`etaMin ${etaMin} to etaMax ${etaMax} is no range of rates; numbers above 0, the smaller one first, would be right`);
  return { eta: etaMin, gamma: etaMax / etaMin, every: updates };
}

/**
 * Reads a range test. Undefined if fewer than five points are finite, or the loss does not fall by a hundredth.
 *
 * @param points in order of the rate, at any distances
 */
export function suggestRates(points: readonly RatePoint[]): RateSuggestion | undefined {
  const finite = points.filter((point): point is RatePoint & { loss: number } => point.loss !== null);
  if (finite.length < 5) return undefined;
  const radius = Math.max(1, Math.round(finite.length / 40));
  const smooth = smoothed(finite.map(({ loss }) => loss), radius);
  const lowest = smooth.indexOf(Math.min(...smooth));
  if (!(smooth[lowest] < 0.99 * smooth[0])) return undefined;
  const slopes = finite.slice(0, lowest).map((_, index) => {
    const [from, to] = [Math.max(0, index - radius), Math.min(lowest, index + radius)];
    return (smooth[to] - smooth[from]) / Math.log(finite[to].eta / finite[from].eta);
  });
  const steepest = slopes.indexOf(Math.min(...slopes));
  return { steepest: finite[steepest].eta, beforeDivergence: finite[lowest].eta };
}

/** Means over up to `radius` neighbours on each side; fewer at the ends, the same number on both sides. */
function smoothed(values: readonly number[], radius: number): number[] {
  return values.map((_, index) => {
    const reach = Math.min(radius, index, values.length - 1 - index);
    const window = values.slice(index - reach, index + reach + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}
