import type { Algebra, Tensors } from './algebra';
import { layerNumbers, type Network } from './network';

/** Cross-entropy of each image, −log p_y: [n]. `Y` is one-hot, [n × classes]. */
export function crossEntropies<T>(A: Algebra<T>, scores: T, Y: T): T {
  return A.sub(A.scalar(0), A.sum(A.mul(Y, A.logSoftmax(scores)), 1)); // [n]
}

/**
 * Labels Y [n × classes] with a part of each spread evenly over all classes, (1 − part) Y + part / classes (Szegedy et al. 2016,
 * section 7).
 */
export function smoothed<T>(A: Algebra<T>, Y: T, part: number, classes: number): T {
  return part === 0 ? Y : A.add(A.mul(Y, A.scalar(1 - part)), A.scalar(part / classes));
}

/** The loss: mean cross-entropy of a mini-batch, []. */
export function loss<T>(A: Algebra<T>, scores: T, Y: T): T {
  return A.mean(crossEntropies(A, scores, Y)); // []
}

/** Σ W² over all weights, without the biases and without a half (DD2424, assignment 2, equation 5): []. */
export function sumOfSquares<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>): T {
  return layerNumbers(network)
    .map((k) => parameters[`W${k}`])
    .map((W) => A.sum(A.mul(W, W)))
    .reduce((total, square) => A.add(total, square)); // []
}

/** The cost J = loss + lambda Σ W²: []. */
export function cost<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, scores: T, Y: T, lambda: T): T {
  return A.add(loss(A, scores, Y), A.mul(lambda, sumOfSquares(A, network, parameters))); // []
}
