import type { Algebra, Tensors } from './algebra';
import { backward } from './gradients';
import { layerNumbers, type Network } from './network';

/**
 * One step of mini-batch gradient descent, θ ← θ − eta ∂J/∂θ, with both factors of the step folded into the operands of the
 * product that makes the gradient:
 *
 *     W ← (1 − 2 eta lambda) W + Xᵀ (−eta G),   b ← b + Σ rows of (−eta G)
 *
 * which is the gradient of gradients.ts times −eta, added. `n`, `eta` and `lambda` are [].
 */
export function sgdUpdate<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T, Y: T, n: T, eta: T, lambda: T): Tensors<T> {
  const layers = backward(A, network, parameters, X, Y, n);
  const decay = A.sub(A.scalar(1), A.mul(A.scalar(2), A.mul(eta, lambda))); // []
  const minusEta = A.sub(A.scalar(0), eta); // []
  return Object.fromEntries(
    layerNumbers(network).flatMap((k) => {
      const { X: input, G } = layers[k - 1];
      const step = A.mul(minusEta, G); // [n × m]
      return [
        [`W${k}`, A.matmulAdd(input, step, A.mul(decay, parameters[`W${k}`]), { transposeA: true })], // [d × m]
        [`b${k}`, A.add(parameters[`b${k}`], A.sum(step, 0))], // [m]
      ];
    }),
  );
}
