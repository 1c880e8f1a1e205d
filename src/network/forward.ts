import type { Algebra, Tensors } from './algebra';
import { depth, type Network } from './network';

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
 * The network's scores for a mini-batch X [n × d]: ReLU after every layer but the last (DD2424, assignment 2, equations 1–4).
 */
export function forward<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T): Activations<T> {
  const inputs = [X];
  for (let k = 1; k < depth(network); k++) inputs.push(A.relu(layer(A, parameters, k, inputs[k - 1]))); // [n × m_k]
  return { inputs, scores: layer(A, parameters, depth(network), inputs[inputs.length - 1]) }; // [n × classes]
}
