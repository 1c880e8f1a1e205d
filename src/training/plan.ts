import type { Part } from '../data/dataset';
import { requireEngineName } from '../engine/select-engine';
import type { Network } from '../network/network';
import type { Optimiser } from '../network/optimiser/optimiser';
import { sgd } from '../network/optimiser/sgd';
import { requireSeed } from '../random/random';
import { type Augmentation, augmentationOf } from './augmentation';
import { type LiveOptions, liveOptions } from './live';
import { measurementUpdates } from './measurement-updates';
import { type MiniBatches, miniBatches } from './mini-batches';
import { requireFit } from './model';
import type { TrainingParts, TrainOptions } from './train-options';

/** What is fixed for a run: the options of `train` with their defaults, checked. */
export interface Plan extends TrainOptions, TrainingParts {
  readonly network: Network;
  readonly updates: number;
  readonly lambda: number;
  readonly optimiser: Optimiser;
  readonly labelSmoothing: number;
  readonly augmentation?: Augmentation;
  readonly seed: number;
  readonly batchSize: number;
  readonly batches: MiniBatches;
  readonly measureAt: readonly number[];
  readonly live?: Required<LiveOptions>;
  readonly now: () => number;
}

/** @throws RangeError for options that cannot be right */
export function makePlan(network: Network, { train, validation }: TrainingParts, options: TrainOptions): Plan {
  const { batchSize = 100, lambda = 0, seed = 1, optimiser = sgd(), labelSmoothing = 0, measurementsPerEpoch = 10, now = () => performance.now() } = options;
  requireFit(network, train);
  requireFit(network, validation);
  if (!Number.isFinite(lambda) || lambda < 0) throw new RangeError(`lambda must be a finite number, 0 or more, not ${lambda}`);
  if (!(measurementsPerEpoch > 0)) throw new RangeError(`measurementsPerEpoch must be above 0, not ${measurementsPerEpoch}`);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) throw new RangeError(`labelSmoothing must be a part of the label, from 0 up to below 1, not ${labelSmoothing}`);
  if (network.batchNormalisation && batchSize < 2) throw new RangeError(`batchSize must be 2 or more for batch normalisation, not ${batchSize}`);
  const { measuredImages } = options;
  if (measuredImages !== undefined && !(Number.isInteger(measuredImages) && measuredImages >= 1)) throw new RangeError(`measuredImages must be a whole number, 1 or more, not ${measuredImages}`);
  requireSeed(seed);
  if (typeof options.engine === 'string') requireEngineName(options.engine);
  const batches = miniBatches(train.rows, { batchSize, seed });
  const updates = countUpdates(options, batches.perEpoch);
  const never = options.measureAt?.find((at) => !Number.isInteger(at) || at < 0 || at > updates);
  if (never !== undefined) throw new RangeError(`measureAt has ${never}; whole numbers from 0 to ${updates}, the run's updates, would be right`);
  const measureAt = measurementUpdates(updates, batches.perEpoch, measurementsPerEpoch, options.measureAt);
  const augmentation = options.augmentation && augmentationOf(options.augmentation, train.dataset.pixels.width);
  const live = options.live && liveOptions(options.live);
  return { ...options, augmentation, network, train, validation, seed, updates, lambda, optimiser, labelSmoothing, batchSize, batches, measureAt, live, now };
}

function countUpdates({ updates, epochs }: TrainOptions, perEpoch: number): number {
  if ((updates === undefined) === (epochs === undefined)) throw new RangeError('give either updates or epochs, and not both');
  const count = updates ?? epochs! * perEpoch;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(updates === undefined ? `epochs must be such that there is a whole number of updates, 1 or more, not ${epochs}` : `updates must be a whole number, 1 or more, not ${updates}`);
  }
  return count;
}

/** The plan with so many of the first images of each part, to measure on. */
export function onSamples(plan: Plan, images: number | undefined): Plan {
  const sample = (part: Part): Part => ({ ...part, rows: part.rows.subarray(0, images) });
  return { ...plan, train: sample(plan.train), validation: sample(plan.validation) };
}
