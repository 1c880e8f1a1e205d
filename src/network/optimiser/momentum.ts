import { costGradient, plusGradient } from '../gradients';
import { momentName, type Optimiser, requireFraction, updateEach } from './optimiser';

export interface MomentumOptions {
  /** mu: how much of the velocity is kept from update to update. Default 0.9. */
  readonly momentum?: number;
}

/**
 * Gradient descent with momentum (Polyak 1964), in the form of PyTorch's SGD:
 *
 *     v ← mu v + ∂J/∂θ,   θ ← θ − eta v
 *
 * @throws RangeError unless momentum is from 0 up to below 1
 */
export function momentum({ momentum: mu = 0.9 }: MomentumOptions = {}): Optimiser {
  requireFraction('momentum', mu);
  return {
    description: { type: 'momentum', momentum: mu },
    moments: ['momentum'],
    scalars: () => ({}),
    update(A, gradients, state, { eta, lambda }) {
      const [kept, twoLambda] = [A.scalar(mu), A.mul(A.scalar(2), lambda)];
      return updateEach(gradients, (name, gradient) => {
        const [parameter, before] = [state[name], A.mul(kept, state[momentName('momentum', name)])];
        const velocity = plusGradient(A, gradient.X === undefined ? before : A.add(before, A.mul(twoLambda, parameter)), gradient);
        return { [name]: A.sub(parameter, A.mul(eta, velocity)), [momentName('momentum', name)]: velocity };
      });
    },
  };
}

/**
 * Nesterov's accelerated gradient (Sutskever et al. 2013), in the form of PyTorch's SGD:
 *
 *     v ← mu v + ∂J/∂θ,   θ ← θ − eta (∂J/∂θ + mu v)
 *
 * @throws RangeError unless momentum is from 0 up to below 1
 */
export function nesterov({ momentum: mu = 0.9 }: MomentumOptions = {}): Optimiser {
  requireFraction('momentum', mu);
  return {
    description: { type: 'nesterov', momentum: mu },
    moments: ['momentum'],
    scalars: () => ({}),
    update(A, gradients, state, { eta, lambda }) {
      const [kept, twoLambda] = [A.scalar(mu), A.mul(A.scalar(2), lambda)];
      return updateEach(gradients, (name, factors) => {
        const gradient = costGradient(A, state[name], factors, twoLambda);
        const velocity = A.add(A.mul(kept, state[momentName('momentum', name)]), gradient);
        const step = A.add(gradient, A.mul(kept, velocity));
        return { [name]: A.sub(state[name], A.mul(eta, step)), [momentName('momentum', name)]: velocity };
      });
    },
  };
}
