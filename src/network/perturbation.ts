import type { Algebra, Tensors } from './algebra';
import { layer } from './forward';
import { crossEntropies } from './loss';
import { depth, type Network } from './network';

/** What one weight layer k takes in and gives out on the unperturbed network, an image per column. */
export interface LayerValues<T> {
  /** The layer's input, transposed: [d × n]. */
  readonly inputs: T;
  /** Its pre-activations, transposed: [m × n]. */
  readonly preActivations: T;
}

/** P networks, each with one element of W_k or b_k changed by delta. */
export interface Perturbations<T> {
  /** Which weight layer. */
  readonly k: number;
  /** The units whose pre-activations change: the elements' columns in W_k, or their places in b_k; integers [P]. */
  readonly units: T;
  /** For W_k: the elements' rows in W_k, integers [P], and what stands there, [P]. Undefined for b_k. */
  readonly weights?: { readonly rows: T; readonly values: T };
  /** []. */
  readonly delta: T;
  /** P and the number of images n. */
  readonly count: number;
  readonly images: number;
}

/** The unperturbed network on all images. */
export interface Unperturbed<T> {
  readonly layer: LayerValues<T>;
  /** Pre-activations of weight layer l [n × m_l], for l from min(k + 1, depth) to depth. */
  preActivations(l: number): T;
  /** Σ W², []. */
  readonly sumOfSquares: T;
}

/** What becomes of the P networks; both [P]. */
export interface PerturbedCosts<T> {
  readonly costs: T;
  /** How many pre-activations, over all images and hidden units, change their side of the ReLU's kink. */
  readonly crossings: T;
}

/**
 * Costs of P networks that differ from one network in one element each, at a small part of the price of P forward passes.
 *
 * A change of W_k[i, j] or b_k[j] changes the pre-activations of unit j of layer k alone, by delta · X_k[:, i] or delta; those
 * of layer k + 1 by the change of that unit's output times its outgoing weights, a matrix of rank one. From there on the
 * layers follow as in the forward pass, with the images of all P networks stacked.
 *
 * @param Y one-hot labels of the images, P times over, [P n × classes]
 */
export function perturbedCosts<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, base: Unperturbed<T>, change: Perturbations<T>, Y: T, lambda: T): PerturbedCosts<T> {
  const { k, units, count, images } = change;
  const last = depth(network);
  const activate = (S: T) => (k === last ? S : A.relu(S));
  const before = A.gather(base.layer.preActivations, units); // [P × n]
  const after = A.add(before, changeOfUnit(A, base.layer, change)); // [P × n]
  let crossings = countCrossings(A, before, k === last ? before : after); // [P]; scores have no kink
  const outputChange = A.sub(activate(after), activate(before)); // [P × n]

  let l = Math.min(k + 1, last);
  const width = (index: number) => network.layers[index];
  const outgoing = k === last ? A.oneHot(units, width(last)) : A.gather(parameters[`W${l}`], units); // [P × m_l]
  let S = A.add(base.preActivations(l), A.mul(A.reshape(outputChange, [count, images, 1]), A.reshape(outgoing, [count, 1, width(l)]))); // [P × n × m_l]
  for (; l < last; l++) {
    const flat = A.reshape(S, [count, -1]); // [P × n m_l]
    crossings = A.add(crossings, countCrossings(A, A.reshape(base.preActivations(l), [1, -1]), flat));
    S = layer(A, parameters, l + 1, A.reshape(A.relu(flat), [-1, width(l)])); // [P n × m_(l+1)]
    S = A.reshape(S, [count, images, width(l + 1)]);
  }
  const losses = crossEntropies(A, A.reshape(S, [-1, width(last)]), Y); // [P n]
  const meanLosses = A.mean(A.reshape(losses, [count, images]), 1); // [P]
  return { costs: A.add(meanLosses, A.mul(lambda, changedSumOfSquares(A, base.sumOfSquares, change))), crossings };
}

/** Change of the units' pre-activations: [P × n] for weights, [] for biases. */
function changeOfUnit<T>(A: Algebra<T>, { inputs }: LayerValues<T>, { weights, delta }: Perturbations<T>): T {
  return weights === undefined ? delta : A.mul(delta, A.gather(inputs, weights.rows));
}

/** How many elements of each row of S have another sign, as the ReLU sees it, than before: [P]. */
function countCrossings<T>(A: Algebra<T>, before: T, after: T): T {
  const active = (S: T) => A.sign(A.relu(S));
  return A.sum(A.abs(A.sub(active(after), active(before))), 1);
}

/** Σ W² of each network, [P]; for biases [], since they are not in it. */
function changedSumOfSquares<T>(A: Algebra<T>, sumOfSquares: T, { weights, delta }: Perturbations<T>): T {
  if (weights === undefined) return sumOfSquares;
  const growth = A.mul(delta, A.add(A.mul(A.scalar(2), weights.values), delta)); // (W + delta)² − W²
  return A.add(sumOfSquares, growth);
}
