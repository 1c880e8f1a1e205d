import { describe, expect, test } from 'vitest';
import { referenceAlgebra as A } from '../../src/engine/reference/reference-algebra';
import { hostTensor, type HostTensors, mapTensors } from '../../src/network/host-tensor';
import { gradients } from '../../src/network/gradients';
import { initialise } from '../../src/network/initialise';
import { fullyConnected } from '../../src/network/network';
import { adam, adamW } from '../../src/network/optimiser/adam';
import { optimiserFrom } from '../../src/network/optimiser/description';
import { momentum, nesterov } from '../../src/network/optimiser/momentum';
import { init, type Optimiser, type OptimiserDescription } from '../../src/network/optimiser/optimiser';
import { sgd } from '../../src/network/optimiser/sgd';
import { parameterShapes } from '../../src/network/parameters';
import { update } from '../../src/network/update';
import { random } from '../../src/random/random';
import { relativeDifference } from '../support/norms';

const draws = random(9, 'optimiser test');
const normal = (...shape: number[]) => hostTensor(shape, Float64Array.from({ length: shape.reduce((p, q) => p * q, 1) }, () => draws.normal()));

const network = fullyConnected({ layers: [6, 5, 4, 3] });
const STEPS = 30;
const lambda = 0.02;
const eta = (t: number) => 0.05 / (1 + 0.1 * t);
const batches = Array.from({ length: STEPS }, () => ({ X: normal(7, 6), Y: A.oneHot(hostTensor([7], Int32Array.from({ length: 7 }, () => draws.integer(0, 2))), 3), n: A.scalar(7), images: 7 }));

/** One number of one parameter through a step, in the words of PyTorch's documentation of torch.optim; `memory` is what it keeps. */
type Rule = (theta: number, g: number, rate: number, t: number, memory: number[], isWeight: boolean) => number;

const rules: Readonly<Record<string, { readonly optimiser: Optimiser; readonly rule: Rule }>> = {
  sgd: { optimiser: sgd(), rule: (theta, g, rate) => theta - rate * g },
  momentum: { optimiser: momentum({ momentum: 0.8 }), rule: (theta, g, rate, t, memory) => theta - rate * (memory[0] = t > 1 ? 0.8 * memory[0] + g : g) },
  nesterov: {
    optimiser: nesterov(),
    rule: (theta, g, rate, t, memory) => {
      memory[0] = t > 1 ? 0.9 * memory[0] + g : g;
      return theta - rate * (g + 0.9 * memory[0]);
    },
  },
  adam: { optimiser: adam({ beta1: 0.8, beta2: 0.99, epsilon: 1e-6 }), rule: adamRule(0.8, 0.99, 1e-6, 0) },
  adamW: { optimiser: adamW({ weightDecay: 0.3 }), rule: adamRule(0.9, 0.999, 1e-8, 0.3) },
};

function adamRule(beta1: number, beta2: number, epsilon: number, weightDecay: number): Rule {
  return (theta, g, rate, t, memory, isWeight) => {
    const [m, v] = [beta1 * (memory[0] ?? 0) + (1 - beta1) * g, beta2 * (memory[1] ?? 0) + (1 - beta2) * g * g];
    [memory[0], memory[1]] = [m, v];
    const decayed = isWeight ? theta * (1 - rate * weightDecay) : theta;
    return decayed - ((rate / (1 - beta1 ** t)) * m) / (Math.sqrt(v) / Math.sqrt(1 - beta2 ** t) + epsilon);
  };
}

describe.each(Object.entries(rules))('%s', (_, { optimiser, rule }) => {
  test('goes number by number as the published rule does', () => {
    let state: HostTensors = { ...initialise(network), ...init(optimiser, parameterShapes(network)) };
    let expected: HostTensors = initialise(network);
    const memory = mapTensors(expected, ({ data }) => Array.from(data, (): number[] => []));
    for (const [index, batch] of batches.entries()) {
      const t = index + 1;
      const step = { eta: A.scalar(eta(t)), lambda: A.scalar(lambda), scalars: mapTensors(optimiser.scalars(t), A.scalar) };
      state = update(A, network, optimiser, state, batch, step) as HostTensors;
      const g = gradients(A, network, expected, batch.X, batch.Y, batch.n, A.scalar(lambda));
      expected = mapTensors(expected, ({ shape, data }, name) =>
        hostTensor(shape, Float64Array.from(data, (theta, k) => rule(theta, g[name].data[k], eta(t), t, memory[name][k], name.startsWith('W')))));
    }
    expect(Object.keys(state)).toHaveLength(Object.keys(expected).length * (1 + optimiser.moments.length));
    for (const name of Object.keys(expected)) expect(relativeDifference(state[name].data, expected[name].data), name).toBeLessThan(1e-12);
  });

  test('is what its description says', () => {
    const { description } = optimiser;
    expect(optimiserFrom(JSON.parse(JSON.stringify(description)) as OptimiserDescription).description).toEqual(description);
    expect(optimiserFrom({ type: description.type } as OptimiserDescription).description.type).toBe(description.type);
  });
});

test('defaults are PyTorch\'s', () => {
  expect(momentum().description).toEqual({ type: 'momentum', momentum: 0.9 });
  expect(adam().description).toEqual({ type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  expect(adamW().description).toEqual({ type: 'adamW', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 });
});

test.each<[() => Optimiser, string]>([
  [() => momentum({ momentum: 1 }), 'momentum is 1; a number from 0 up to below 1 would be right'],
  [() => nesterov({ momentum: -0.1 }), 'momentum is -0.1'],
  [() => adam({ beta1: 1 }), 'beta1 is 1'],
  [() => adam({ beta2: NaN }), 'beta2 is NaN'],
  [() => adam({ epsilon: 0 }), 'epsilon is 0; a finite number above 0 would be right'],
  [() => adamW({ weightDecay: -1 }), 'weightDecay is -1; a finite number, 0 or more, would be right'],
  [() => optimiserFrom({ type: 'rmsprop' } as never), 'type is "rmsprop"; "sgd", "momentum", "nesterov", "adam", "adamW" would be right'],
  [() => optimiserFrom({ type: 'adam', weightDecay: 1 } as never), 'weightDecay is not a setting of adam, which has beta1, beta2, epsilon'],
  [() => optimiserFrom({ type: 'sgd', momentum: 1 } as never), 'momentum is not a setting of sgd, which has none'],
])('refuses: %#', (make, message) => expect(make).toThrow(message));
