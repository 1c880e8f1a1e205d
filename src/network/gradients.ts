import type { Algebra, Tensors } from './algebra';
import { forward } from './forward';
import { depth, layerNumbers, type Network } from './network';

/**
 * One layer's part of the gradient of the loss, as the two factors that backpropagation leaves: ∂L/∂W = Xᵀ G and
 * ∂L/∂b = Σ rows of G. SGD folds its update into that product, so W is read and written once.
 */
export interface LayerGradient<T> {
  /** The layer's input, [n × d]. */
  readonly X: T;
  /** Gradient of the loss with respect to the layer's pre-activations, [n × m]. */
  readonly G: T;
}

/**
 * Backpropagation through softmax, cross-entropy and ReLU for a mini-batch X [n × d] with one-hot labels Y [n × classes]
 * (DD2424, assignment 2, equations 17–23). `n` is the number of images, []. The layers come in order, first to last.
 */
export function backward<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T, Y: T, n: T): LayerGradient<T>[] {
  const { inputs, scores } = forward(A, network, parameters, X);
  const layers: LayerGradient<T>[] = [];
  let G = A.div(A.sub(A.softmax(scores), Y), n); // [n × classes]
  for (let k = depth(network); k >= 1; k--) {
    const input = inputs[k - 1];
    layers.unshift({ X: input, G });
    if (k === 1) break;
    const upstream = A.matmul(G, parameters[`W${k}`], { transposeB: true }); // [n × m_k] [m_k × m_(k−1)]
    G = A.mul(upstream, A.sign(input)); // H = max(0, S): its sign is 1 where the unit is active
  }
  return layers;
}

/**
 * Analytic gradients of the cost J = loss + lambda Σ W² with respect to every parameter, under the parameters' names:
 * ∂J/∂W = Xᵀ G + 2 lambda W, ∂J/∂b = Σ rows of G.
 */
export function gradients<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T, Y: T, n: T, lambda: T): Tensors<T> {
  const layers = backward(A, network, parameters, X, Y, n);
  const twoLambda = A.mul(A.scalar(2), lambda);
  return Object.fromEntries(
    layerNumbers(network).flatMap((k) => {
      const { X: input, G } = layers[k - 1];
      const W = parameters[`W${k}`];
      return [
        [`W${k}`, A.matmulAdd(input, G, A.mul(twoLambda, W), { transposeA: true })], // [d × n] [n × m] + [d × m]
        [`b${k}`, A.sum(G, 0)], // [m]
      ];
    }),
  );
}
