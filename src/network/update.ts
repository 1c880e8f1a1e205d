import type { Algebra, Tensors } from './algebra';
import { runningAverages } from './batch-normalisation';
import { backward } from './gradients';
import type { Network } from './network';
import type { Optimiser, Step } from './optimiser/optimiser';

/** A mini-batch as the network sees it. */
export interface MiniBatch<T> {
  /** Standardised images, [n × d]. */
  readonly X: T;
  /** Labels, one-hot or smoothed, [n × classes]. */
  readonly Y: T;
  /** How many images, [] and as a number. */
  readonly n: T;
  readonly images: number;
  /** Of dropout: see src/network/dropout.ts. */
  readonly masks?: Tensors<T>;
}

/** The training state after one update: parameters, running averages, and what the optimiser remembers, under their names. */
export function update<T>(A: Algebra<T>, network: Network, optimiser: Optimiser, state: Tensors<T>, { X, Y, n, images, masks }: MiniBatch<T>, step: Step<T>): Tensors<T> {
  const { gradients, normalised } = backward(A, network, state, X, Y, n, masks);
  return { ...optimiser.update(A, gradients, state, step), ...runningAverages(A, state, normalised, images) };
}
