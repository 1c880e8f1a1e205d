import { costGradient } from '../gradients';
import { momentName, type Optimiser, requireFraction, requireNumber, updateEach } from './optimiser';

export interface AdamOptions {
  /** How much of the mean of gradients is kept from update to update. Default 0.9. */
  readonly beta1?: number;
  /** How much of the mean of squared gradients is kept. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of that mean. Default 1e-8. */
  readonly epsilon?: number;
}

export interface AdamWOptions extends AdamOptions {
  /** Part of the weights, times eta, that each update takes off; biases, gamma and beta are left alone. Default 0.01. */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1), with g = ∂J/∂θ:
 *
 *     m ← beta1 m + (1 − beta1) g,   v ← beta2 v + (1 − beta2) g²,
 *     θ ← θ − eta (m / (1 − beta1ᵗ)) / (√(v / (1 − beta2ᵗ)) + epsilon)
 *
 * The corrections of bias come as scalars, in the order that the paper's section 2 gives at its end.
 *
 * @throws RangeError unless beta1 and beta2 are from 0 up to below 1, and epsilon above 0
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimiser {
  return { ...adamW({ beta1, beta2, epsilon, weightDecay: 0 }), description: { type: 'adam', beta1, beta2, epsilon } };
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2): each update also takes eta · weightDecay · W off the
 * weights, whatever the gradients' size. The L2 term's lambda, in the gradient as with the other optimisers, is another thing.
 *
 * @throws RangeError unless beta1 and beta2 are from 0 up to below 1, epsilon above 0, and weightDecay 0 or more
 */
export function adamW({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 }: AdamWOptions = {}): Optimiser {
  requireFraction('beta1', beta1);
  requireFraction('beta2', beta2);
  requireNumber('epsilon', epsilon, 0);
  requireNumber('weightDecay', weightDecay);
  return {
    description: { type: 'adamW', beta1, beta2, epsilon, weightDecay },
    moments: ['gradient', 'square'],
    scalars(t) {
      const root = Math.sqrt(1 - beta2 ** t);
      return { rate: root / (1 - beta1 ** t), epsilon: epsilon * root };
    },
    update(A, gradients, state, { eta, lambda, scalars }) {
      const twoLambda = A.mul(A.scalar(2), lambda);
      const rate = A.mul(eta, scalars.rate); // []
      const decay = A.sub(A.scalar(1), A.mul(A.scalar(weightDecay), eta)); // []
      return updateEach(gradients, (name, factors) => {
        const g = costGradient(A, state[name], factors, twoLambda);
        const m = A.add(A.mul(A.scalar(beta1), state[momentName('gradient', name)]), A.mul(A.scalar(1 - beta1), g));
        const v = A.add(A.mul(A.scalar(beta2), state[momentName('square', name)]), A.mul(A.scalar(1 - beta2), A.mul(g, g)));
        const step = A.div(A.mul(rate, m), A.add(A.sqrt(v), scalars.epsilon));
        const kept = factors.X !== undefined && weightDecay > 0 ? A.mul(decay, state[name]) : state[name];
        return { [name]: A.sub(kept, step), [momentName('gradient', name)]: m, [momentName('square', name)]: v };
      });
    },
  };
}
