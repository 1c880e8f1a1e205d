import type { Part } from '../data/dataset';
import type { Standardiser } from '../data/standardiser';
import type { Engine, EngineName } from '../engine/engine';
import type { HostTensors } from '../network/host-tensor';
import type { Optimiser } from '../network/optimiser/optimiser';
import type { Schedule } from '../schedule/schedule';
import type { Augmentation } from './augmentation';
import type { Checkpoint } from './checkpoint';
import type { LiveOptions } from './live';

export interface TrainOptions {
  /** The learning rate of each update. */
  readonly schedule: Schedule;
  /** How many updates to do; this or `epochs`. */
  readonly updates?: number;
  /** How many times to go through the training images; this or `updates`. */
  readonly epochs?: number;
  /** Images per mini-batch. Default 100. */
  readonly batchSize?: number;
  /** Factor of the L2 term, lambda Σ W². Default 0. */
  readonly lambda?: number;
  /** How gradients change the parameters. Default `sgd()`. */
  readonly optimiser?: Optimiser;
  /** Part of each label that is spread evenly over all classes while training; measurements know nothing of it. Default 0. */
  readonly labelSmoothing?: number;
  /** Show the network a random variant of each training image in each update. Default: the image itself. */
  readonly augmentation?: Augmentation;
  /** Seed of the initial weights, of the mini-batches, and of what is drawn for each update. Default 1. */
  readonly seed?: number;
  /** Measurements in an epoch, beside those at update 0 and after the last update. Default 10. */
  readonly measurementsPerEpoch?: number;
  /** Further updates after which to measure, such as the ends of cycles. Default: none. */
  readonly measureAt?: readonly number[];
  /** Measure on so many of the first images of each part. Default: all. */
  readonly measuredImages?: number;
  /** Default: that of `openEngine`. */
  readonly engine?: EngineName | Engine;
  /** Stops the training; what was measured stays in the run's history. Default: the running notebook cell's. */
  readonly signal?: AbortSignal;
  /** Parameters to start with. Default: `initialise(network, { seed })`. */
  readonly parameters?: HostTensors;
  /** Default: fitted on the training part. */
  readonly standardiser?: Standardiser;
  /** Where to go on; the other options must be those of the run that made it. */
  readonly checkpoint?: Checkpoint;
  /** Measure small samples too, many times a second, and tell of it; these are not part of the history. Default: no. */
  readonly live?: LiveOptions;
  /** Told, some ten times a second, that `checkpoint` has moved on between two measurements; the training waits for what it returns, off the clock. */
  readonly onAdvance?: () => void | Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** The parts of the data to train on and to watch. */
export interface TrainingParts {
  readonly train: Part;
  readonly validation: Part;
}
