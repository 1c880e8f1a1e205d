import type { Algebra, Tensors } from '../algebra';
import { type Gradients, plusGradient } from '../gradients';
import { type Optimiser, type Step, updateEach } from './optimiser';

/**
 * Plain gradient descent, θ ← θ − eta ∂J/∂θ, with both factors of the step folded into the operands of the product that makes the
 * gradient:
 *
 *     W ← (1 − 2 eta lambda) W + Xᵀ (−eta G),   b ← b + Σ rows of (−eta G)
 *
 * which is the gradient of gradients.ts times −eta, added.
 */
export function sgd(): Optimiser {
  return {
    description: { type: 'sgd' },
    moments: [],
    scalars: () => ({}),
    update<T>(A: Algebra<T>, gradients: Gradients<T>, state: Tensors<T>, { eta, lambda }: Step<T>) {
      const decay = A.sub(A.scalar(1), A.mul(A.scalar(2), A.mul(eta, lambda))); // []
      const minusEta = A.sub(A.scalar(0), eta); // []
      const steps = new Map<T, T>(); // of W and b of one layer the same
      return updateEach(gradients, (name, { X, G }) => {
        const step = steps.get(G) ?? A.mul(minusEta, G); // [n × m]
        steps.set(G, step);
        const kept = X === undefined ? state[name] : A.mul(decay, state[name]);
        return { [name]: plusGradient(A, kept, { X, G: step }) };
      });
    },
  };
}
