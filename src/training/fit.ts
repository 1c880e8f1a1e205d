import type { Network } from '../network/network';
import type { History } from './measurement';
import type { Model } from './model';
import { train } from './train';
import type { TrainingParts, TrainOptions } from './train-options';

/** A finished training. */
export interface Fit {
  readonly model: Model;
  readonly history: History;
  /** Wall time of the training with all its measurements, in seconds. */
  readonly seconds: number;
}

/** Trains to the end, as `train` does, and returns the network and its history. */
export async function fit(network: Network, parts: TrainingParts, options: TrainOptions): Promise<Fit> {
  const run = train(network, parts, options);
  for await (const _ of run);
  const { model, history, seconds } = run;
  return { model, history, seconds };
}
