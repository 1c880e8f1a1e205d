/** How well the network does on one part of the data. */
export interface Scores {
  /** Mean cross-entropy plus the L2 term, lambda · Σ W². */
  readonly cost: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** Fraction of images whose largest score is at their label, 0 … 1. */
  readonly accuracy: number;
}

/** One point of the learning curves. */
export interface Measurement {
  /** How many updates were done; 0 is the network as initialised. */
  readonly update: number;
  /** `update` over the number of mini-batches in an epoch; fractional within an epoch. */
  readonly epoch: number;
  /** The learning rate of the update just done; at update 0 the schedule's eta(0). */
  readonly eta: number;
  readonly train: Scores;
  readonly validation: Scores;
}

/** The measurements of one training run, in order of update. */
export type History = readonly Measurement[];
