import type { Algebra, Tensors } from './algebra';
import { isNormalised, layerNumbers, type Network } from './network';

/** Added to the variance, so that its root is never 0. PyTorch's and Keras' default is of this order too. */
const EPSILON = 1e-5;

/** How much of a mini-batch's mean and variance goes into the running ones. PyTorch's default. */
const MOMENTUM = 0.1;

/** What normalising a layer leaves for the backward pass and for the running averages. */
export interface Normalised<T> {
  /** gamma ⊙ x̂ + beta, [n × m]. */
  readonly outputs: T;
  /** x̂: zero mean and unit variance over the mini-batch, [n × m]. */
  readonly standardised: T;
  /** 1 / √(variance + epsilon), [m]. */
  readonly inverseDeviation: T;
  /** Of the mini-batch, [m]; the variance without Bessel's correction. */
  readonly mean: T;
  readonly variance: T;
}

/** Batch normalisation of S [n × m] (Ioffe & Szegedy 2015, algorithm 1); gamma and beta are [m]. */
export function normalise<T>(A: Algebra<T>, S: T, gamma: T, beta: T): Normalised<T> {
  const mean = A.mean(S, 0); // [m]
  const centred = A.sub(S, mean); // [n × m]
  const variance = A.mean(A.mul(centred, centred), 0); // [m]
  const inverseDeviation = inverseDeviationOf(A, variance);
  const standardised = A.mul(centred, inverseDeviation);
  return { outputs: A.add(A.mul(gamma, standardised), beta), standardised, inverseDeviation, mean, variance };
}

/**
 * From G, the gradient of the loss with respect to the outputs [n × m], to those with respect to S [n × m], gamma and beta [1 × m]:
 * ∂L/∂S = gamma / deviation ⊙ (G − mean of G − x̂ ⊙ mean of (G ⊙ x̂)), means over the mini-batch (Ioffe & Szegedy 2015, section 3).
 */
export function normaliseBackward<T>(A: Algebra<T>, { standardised, inverseDeviation }: Normalised<T>, gamma: T, G: T, n: T): { readonly S: T; readonly gamma: T; readonly beta: T } {
  const gammaGradient = A.sum(A.mul(G, standardised), 0, true); // [1 × m]
  const betaGradient = A.sum(G, 0, true); // [1 × m]
  const common = A.div(A.add(betaGradient, A.mul(standardised, gammaGradient)), n); // [n × m]
  return { S: A.mul(A.mul(gamma, inverseDeviation), A.sub(G, common)), gamma: gammaGradient, beta: betaGradient };
}

/**
 * The running averages after a mini-batch: mean_k and variance_k of each normalised layer, [m]. The variance counts with
 * Bessel's correction n / (n − 1) (Ioffe & Szegedy 2015, algorithm 2).
 *
 * @param normalised by layer number
 * @param n images in the mini-batch, 2 or more
 */
export function runningAverages<T>(A: Algebra<T>, running: Tensors<T>, normalised: ReadonlyMap<number, Normalised<T>>, n: number): Tensors<T> {
  const mix = (name: string, value: T, factor: number) => [name, A.add(A.mul(A.scalar(1 - MOMENTUM), running[name]), A.mul(A.scalar(MOMENTUM * factor), value))];
  return Object.fromEntries([...normalised].flatMap(([k, { mean, variance }]) => [mix(`mean${k}`, mean, 1), mix(`variance${k}`, variance, n / (n - 1))]));
}

/**
 * The parameters W1, b1, … of the plain network that gives at inference what a network with batch normalisation and these
 * parameters and running averages gives:
 *
 *     gamma (X W − mean) / deviation + beta = X W' + b',   W' = W gamma / deviation, column by column,   b' = beta − mean gamma / deviation
 *
 * A network without batch normalisation has them already.
 */
export function absorbBatchNormalisation<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>): Tensors<T> {
  return Object.fromEntries(
    layerNumbers(network).flatMap((k) => {
      const W = parameters[`W${k}`];
      if (!isNormalised(network, k)) return [[`W${k}`, W], [`b${k}`, parameters[`b${k}`]]];
      const factor = A.mul(parameters[`gamma${k}`], inverseDeviationOf(A, parameters[`variance${k}`])); // [m]
      return [[`W${k}`, A.mul(W, factor)], [`b${k}`, A.sub(parameters[`beta${k}`], A.mul(parameters[`mean${k}`], factor))]]; // [d × m], [m]
    }),
  );
}

function inverseDeviationOf<T>(A: Algebra<T>, variance: T): T {
  return A.div(A.scalar(1), A.sqrt(A.add(variance, A.scalar(EPSILON))));
}
