import type { Algebra, Tensors } from './algebra';
import { type Normalised, normaliseBackward } from './batch-normalisation';
import { forwardInTraining } from './forward';
import { mapTensors } from './host-tensor';
import { depth, type Network } from './network';
import { parameterShapes, pick } from './parameters';

/**
 * The gradient of the loss with respect to one parameter, as the factors that backpropagation leaves: Xᵀ G for a weight matrix, Σ rows
 * of G for a vector. An optimiser folds its update into that product, so that a weight matrix is read and written as seldom as can be.
 */
export interface Gradient<T> {
  /** Of a weight matrix: the layer's input, [n × d]. */
  readonly X?: T;
  /** Of W [d × m] and b [m]: gradient of the loss with respect to the layer's pre-activations, [n × m]. */
  readonly G: T;
}

/** By the parameter's name, first layer to last. */
export type Gradients<T> = Readonly<Record<string, Gradient<T>>>;

/** What a backward pass gives. */
export interface Backward<T> {
  readonly gradients: Gradients<T>;
  /** By layer number, of the layers with batch normalisation: for the running averages. */
  readonly normalised: ReadonlyMap<number, Normalised<T>>;
}

/**
 * Backpropagation through softmax, cross-entropy and ReLU for a mini-batch X [n × d] with one-hot or smoothed labels Y [n × classes]
 * (DD2424, assignment 2, equations 17–23), and through batch normalisation and dropout where the network has them. `n` is the number of
 * images, [].
 */
export function backward<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T, Y: T, n: T, masks: Tensors<T> = {}): Backward<T> {
  const { inputs, scores, normalised, dropout } = forwardInTraining(A, network, parameters, X, masks);
  const gradients: Record<string, Gradient<T>> = {};
  let G = A.div(A.sub(A.softmax(scores), Y), n); // [n × classes]
  for (let k = depth(network); k >= 1; k--) {
    const normalisation = normalised.get(k);
    if (normalisation === undefined) gradients[`b${k}`] = { G };
    else {
      const { S, gamma, beta } = normaliseBackward(A, normalisation, parameters[`gamma${k}`], G, n);
      [gradients[`gamma${k}`], gradients[`beta${k}`]] = [{ G: gamma }, { G: beta }];
      G = S; // [n × m_k]
    }
    const input = inputs[k - 1];
    gradients[`W${k}`] = { X: input, G };
    if (k === 1) break;
    const upstream = A.matmul(G, parameters[`W${k}`], { transposeB: true }); // [n × m_k] [m_k × m_(k−1)]
    G = A.reluGradient(upstream, input); // [n × m_(k−1)]
    if (dropout.has(k - 1)) G = A.mul(G, dropout.get(k - 1)!);
  }
  return { gradients: pick(parameterShapes(network), gradients), normalised };
}

/** c plus a gradient, in one pass over c. */
export function plusGradient<T>(A: Algebra<T>, c: T, { X, G }: Gradient<T>): T {
  return X === undefined ? A.add(c, A.sum(G, 0)) : A.matmulAdd(X, G, c, { transposeA: true }); // [m], or [d × n] [n × m] + [d × m]
}

/**
 * The gradient of one parameter of the cost J = loss + lambda Σ W²: ∂J/∂W = Xᵀ G + 2 lambda W; biases, gamma and beta are not in the L2
 * term.
 */
export function costGradient<T>(A: Algebra<T>, parameter: T, { X, G }: Gradient<T>, twoLambda: T): T {
  return X === undefined ? A.sum(G, 0) : plusGradient(A, A.mul(twoLambda, parameter), { X, G });
}

/** Analytic gradients of the cost J = loss + lambda Σ W² with respect to every parameter, under the parameters' names. */
export function gradients<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T, Y: T, n: T, lambda: T, masks: Tensors<T> = {}): Tensors<T> {
  const { gradients: factors } = backward(A, network, parameters, X, Y, n, masks);
  const twoLambda = A.mul(A.scalar(2), lambda);
  return mapTensors(factors, (gradient, name) => costGradient(A, parameters[name], gradient, twoLambda));
}
