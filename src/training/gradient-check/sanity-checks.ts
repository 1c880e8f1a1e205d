import type { Part } from '../../data/dataset';
import { take } from '../../data/split';
import { fitStandardiser, type Standardiser } from '../../data/standardiser';
import { initialise } from '../../network/initialise';
import type { Network } from '../../network/network';
import { constant } from '../../schedule/constant';
import { evaluate, type EvaluateOptions } from '../evaluate';
import type { Scores } from '../measurement';
import { train, type TrainingRun } from '../train';
import type { TrainingParts, TrainOptions } from '../train-options';

export interface InitialScoresOptions extends EvaluateOptions {
  /** Seed of the initial weights. Default 1. */
  readonly seed?: number;
  /** Factor on all weights. With 1e-3 all classes are equally likely, and the loss is ln 10. Default 1. */
  readonly scale?: number;
  /** Default: fitted on the part. */
  readonly standardiser?: Standardiser;
}

/** Cost, loss and accuracy before any training: the loss should be that of guessing, and lambda > 0 should raise the cost (CS231n). */
export async function initialScores(network: Network, part: Part, { seed, scale, standardiser, ...options }: InitialScoresOptions = {}): Promise<Scores> {
  const model = { network, parameters: initialise(network, { seed, scale }), standardiser: standardiser ?? (await fitStandardiser(part)) };
  return evaluate(model, part, options);
}

export interface OverfitOptions extends Partial<TrainOptions> {
  /** How many training images to learn by heart. Default 100. */
  readonly images?: number;
}

/**
 * A training that should reach an accuracy of 100 % and a loss near 0 on a few images: a network that cannot learn these by heart has a
 * mistake in it (CS231n, "Babysitting the learning process"). By default 100 epochs of batches of 20 images at eta 0.05 with
 * lambda 0, measured after every tenth epoch.
 */
export function overfit(network: Network, { train: part, validation }: TrainingParts, { images = 100, ...options }: OverfitOptions = {}): TrainingRun {
  const few = { train: take(part, images), validation };
  const settings = { schedule: constant({ eta: 0.05 }), batchSize: Math.min(20, images), measurementsPerEpoch: 0.1 };
  return train(network, few, { ...settings, ...(options.updates === undefined && { epochs: 100 }), ...options });
}
