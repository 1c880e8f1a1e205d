import type { Algebra, Tensors } from './algebra';
import { normalise, type Normalised } from './batch-normalisation';
import { dropoutFactors } from './dropout';
import { depth, isNormalised, type Network } from './network';

/** What the forward pass leaves for the backward pass. */
export interface Activations<T> {
  /** The input of each weight layer: X [n × d], then the hidden layers' H = max(0, S) [n × m]. */
  readonly inputs: readonly T[];
  /** S of the last layer [n × classes], before the softmax. */
  readonly scores: T;
}

/** S = X W + b: one layer's pre-activations, [n × m]. */
export function layer<T>(A: Algebra<T>, parameters: Tensors<T>, k: number, X: T): T {
  return A.matmulAdd(X, parameters[`W${k}`], parameters[`b${k}`]); // [n × d] [d × m] + [m]
}

/**
 * The network's scores for a mini-batch X [n × d]: ReLU after every layer but the last (DD2424, assignment 2, equations 1–4). At inference;
 * a network with batch normalisation gives its parameters through `absorbBatchNormalisation` first.
 */
export function forward<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T): Activations<T> {
  const { inputs, scores } = forwardFrom(A, network, parameters, layer(A, parameters, 1, X));
  return { inputs: [X, ...inputs], scores };
}

/** The rest of the forward pass, from the first layer's pre-activations S [n × m_1] on; `inputs` are those of the layers after it. */
export function forwardFrom<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, S: T): Activations<T> {
  const inputs: T[] = [];
  let scores = S;
  for (let k = 2; k <= depth(network); k++) {
    inputs.push(A.relu(scores)); // [n × m_(k−1)]
    scores = layer(A, parameters, k, inputs[k - 2]); // [n × m_k]
  }
  return { inputs, scores };
}

/** What the forward pass of training leaves beside. */
export interface TrainingActivations<T> extends Activations<T> {
  /** By layer number, of the layers with batch normalisation. */
  readonly normalised: ReadonlyMap<number, Normalised<T>>;
  /** By the index in `inputs`: what was multiplied onto them, [n × m]. */
  readonly dropout: ReadonlyMap<number, T>;
}

/**
 * The forward pass as it is in training: batch normalisation with the mini-batch's own statistics, and dropout by the given masks
 * (see src/network/dropout.ts). The same as `forward` where a network has neither.
 */
export function forwardInTraining<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T, masks: Tensors<T> = {}): TrainingActivations<T> {
  const dropout = dropoutFactors(A, network, masks);
  const dropped = (index: number, H: T) => (dropout.has(index) ? A.mul(H, dropout.get(index)!) : H);
  const normalised = new Map<number, Normalised<T>>();
  const inputs = [dropped(0, X)];
  for (let k = 1; k < depth(network); k++) {
    if (isNormalised(network, k)) normalised.set(k, normalise(A, A.matmul(inputs[k - 1], parameters[`W${k}`]), parameters[`gamma${k}`], parameters[`beta${k}`]));
    const S = normalised.get(k)?.outputs ?? layer(A, parameters, k, inputs[k - 1]); // [n × m_k]
    inputs.push(dropped(k, A.relu(S)));
  }
  return { inputs, scores: layer(A, parameters, depth(network), inputs[inputs.length - 1]), normalised, dropout }; // [n × classes]
}
