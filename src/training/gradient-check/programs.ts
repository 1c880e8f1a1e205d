import type { Definition, InputSpec } from '../../engine/engine';
import type { Algebra, Tensors } from '../../network/algebra';
import { forward, layer } from '../../network/forward';
import type { gradients } from '../../network/gradients';
import { cost, loss, sumOfSquares } from '../../network/loss';
import { depth, layerNumbers, type Network } from '../../network/network';
import { parameterShapes, pick } from '../../network/parameters';
import { perturbedCosts } from '../../network/perturbation';
import { floatSpecs } from '../programs';

/** A function that claims to be the gradient of the cost, like `gradients` of src/network/gradients.ts. */
export type GradientFunction = typeof gradients;

/** What is perturbed: the name of a parameter tensor, W1, b1, … */
export interface Target {
  /** The weight layer, 1, 2, … */
  readonly k: number;
  readonly kind: 'weights' | 'biases';
}

export function targetOf(name: string): Target {
  return { k: Number(name.slice(1)), kind: name.startsWith('W') ? 'weights' : 'biases' };
}

/**
 * The unperturbed network on `images` images: `cost` and `loss` [], `gradient.W1`, …, and what perturbed networks start from:
 * `input.k` [d × n] and `unit.k` [m × n] (an image per column), `preActivations.k` [n × m], and `sumOfSquares` [].
 */
export function unperturbedProgram(network: Network, images: number, gradient: GradientFunction): Definition {
  return {
    name: 'unperturbed network',
    inputs: {
      ...floatSpecs(parameterShapes(network)),
      X: { type: 'float', shape: [images, network.layers[0]] },
      labels: { type: 'int', shape: [images] },
      lambda: { type: 'float', shape: [] },
    },
    constants: {},
    compute<T>(A: Algebra<T>, given: Tensors<T>) {
      const parameters = pick(parameterShapes(network), given);
      const { X, lambda } = given;
      const Y = A.oneHot(given.labels, network.layers[depth(network)]); // [n × classes]
      const { inputs, scores } = forward(A, network, parameters, X);
      const preActivations = inputs.map((input, index) => layer(A, parameters, index + 1, input)); // [n × m_k]
      return {
        cost: cost(A, network, parameters, scores, Y, lambda),
        loss: loss(A, scores, Y),
        sumOfSquares: sumOfSquares(A, network, parameters),
        ...named('gradient', gradient(A, network, parameters, X, Y, A.scalar(images), lambda)),
        ...named('input', byLayer(inputs.map((input) => A.transpose(input)))),
        ...named('unit', byLayer(preActivations.map((S) => A.transpose(S)))),
        ...named('preActivations', byLayer(preActivations)),
      };
    },
  };
}

/** How networks with one changed element each are given to one call. */
export interface PerturbationShape {
  readonly images: number;
  /** P: networks in one step of the scan. */
  readonly networks: number;
}

/**
 * Costs of many networks that differ from the unperturbed one in one element of a tensor each: `units`, and for weights `rows` and
 * `places` (row by row), [steps × P], to `costs` and `crossings`, [steps × P].
 */
export function perturbationProgram(network: Network, { k, kind }: Target, { images, networks }: PerturbationShape): Definition {
  const { layers } = network;
  const indices: InputSpec = { type: 'int', shape: ['steps', networks] };
  const later = layerNumbers(network).filter((l) => l >= Math.min(k + 1, depth(network)));
  const isWeights = kind === 'weights';
  return {
    name: `perturbed ${isWeights ? 'W' : 'b'}${k}`,
    inputs: {
      ...floatSpecs(parameterShapes(network)),
      ...(isWeights ? { [`input.${k}`]: { type: 'float', shape: [layers[k - 1], images] }, rows: indices, places: indices } : {}),
      [`unit.${k}`]: { type: 'float', shape: [layers[k], images] },
      ...Object.fromEntries(later.map((l): [string, InputSpec] => [`preActivations.${l}`, { type: 'float', shape: [images, layers[l]] }])),
      sumOfSquares: { type: 'float', shape: [] },
      labels: { type: 'int', shape: [networks * images] },
      lambda: { type: 'float', shape: [] },
      delta: { type: 'float', shape: [] },
      units: indices,
    },
    constants: {},
    compute<T>(A: Algebra<T>, given: Tensors<T>) {
      const parameters = pick(parameterShapes(network), given);
      const { lambda, delta, labels } = given;
      const Y = A.oneHot(labels, layers[depth(network)]); // [P n × classes]
      const base = {
        layer: { inputs: given[`input.${k}`], preActivations: given[`unit.${k}`] },
        preActivations: (l: number) => given[`preActivations.${l}`],
        sumOfSquares: given.sumOfSquares,
      };
      const weights = isWeights ? { rows: given.rows, values: A.gather(A.reshape(parameters[`W${k}`], [-1]), given.places) } : undefined; // [steps × P]
      const { outputs } = A.scan({}, { units: given.units, ...weights }, (_, row) => {
        const change = { k, units: row.units, weights: isWeights ? { rows: row.rows, values: row.values } : undefined, delta, count: networks, images };
        const { costs, crossings } = perturbedCosts(A, network, parameters, base, change, Y, lambda);
        return { state: {}, outputs: { costs, crossings } };
      });
      return outputs;
    },
  };
}

function named<T>(prefix: string, values: Tensors<T>): Tensors<T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function byLayer<T>(values: readonly T[]): Tensors<T> {
  return Object.fromEntries(values.map((value, index) => [index + 1, value]));
}
