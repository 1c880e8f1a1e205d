import type { Definition, InputSpec } from '../../engine/engine';
import type { Algebra, Tensors } from '../../network/algebra';
import { droppedLayers, maskName } from '../../network/dropout';
import { forwardInTraining, layer } from '../../network/forward';
import type { gradients } from '../../network/gradients';
import { cost, loss, smoothed, sumOfSquares } from '../../network/loss';
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

/** Whether networks with one changed element can be followed from that element on: not through a mini-batch's statistics. */
export function isPlain({ batchNormalisation, dropout }: Network): boolean {
  return !batchNormalisation && dropout === undefined;
}

/** The masks of dropout, which stay the same while elements are changed. */
function maskSpecs(network: Network, images: number): Tensors<InputSpec> {
  return Object.fromEntries(droppedLayers(network).map(({ index, units }): [string, InputSpec] => [maskName(index), { type: 'byte', shape: [images, units] }]));
}

/** What is given to a network beside its parameters. */
function batchSpecs(network: Network, images: number): Tensors<InputSpec> {
  return {
    X: { type: 'float', shape: [images, network.layers[0]] },
    labels: { type: 'int', shape: [images] },
    lambda: { type: 'float', shape: [] },
    ...maskSpecs(network, images),
  };
}

/**
 * The unperturbed network on `images` images: `cost` and `loss` [], `gradient.W1`, …; and of a plain network what perturbed ones start
 * from: `input.k` [d × n] and `unit.k` [m × n] (an image per column), `preActivations.k` [n × m], and `sumOfSquares` [].
 */
export function unperturbedProgram(network: Network, images: number, gradient: GradientFunction, labelSmoothing: number): Definition {
  return {
    name: 'unperturbed network',
    inputs: { ...floatSpecs(parameterShapes(network)), ...batchSpecs(network, images) },
    constants: {},
    compute<T>(A: Algebra<T>, given: Tensors<T>) {
      const parameters = pick(parameterShapes(network), given);
      const { X, lambda } = given;
      const Y = labelsOf(A, network, given.labels, labelSmoothing); // [n × classes]
      const { inputs, scores } = forwardInTraining(A, network, parameters, X, given);
      const preActivations = () => inputs.map((input, index) => layer(A, parameters, index + 1, input)); // [n × m_k]
      return {
        cost: cost(A, network, parameters, scores, Y, lambda),
        loss: loss(A, scores, Y),
        ...named('gradient', gradient(A, network, parameters, X, Y, A.scalar(images), lambda, given)),
        ...(isPlain(network) && startOfPerturbations(A, inputs, preActivations(), sumOfSquares(A, network, parameters))),
      };
    },
  };
}

function startOfPerturbations<T>(A: Algebra<T>, inputs: readonly T[], preActivations: readonly T[], squares: T): Tensors<T> {
  return {
    sumOfSquares: squares,
    ...named('input', byLayer(inputs.map((input) => A.transpose(input)))),
    ...named('unit', byLayer(preActivations.map((S) => A.transpose(S)))),
    ...named('preActivations', byLayer(preActivations)),
  };
}

function labelsOf<T>(A: Algebra<T>, network: Network, labels: T, labelSmoothing: number): T {
  const classes = network.layers[depth(network)];
  return smoothed(A, A.oneHot(labels, classes), labelSmoothing, classes);
}

/**
 * Costs of networks of any kind that differ from the unperturbed one in one element of the tensor `name` each, by a whole forward pass
 * of training for each: `places` (row by row, as numbers), [steps × 1], to `costs` and `crossings`, [steps × 1]. `positions` holds every
 * element's own place.
 */
export function wholeProgram(network: Network, name: string, images: number, labelSmoothing: number): Definition {
  const shapes = parameterShapes(network);
  return {
    name: `perturbed ${name}`,
    inputs: {
      ...floatSpecs(shapes),
      ...batchSpecs(network, images),
      delta: { type: 'float', shape: [] },
      places: { type: 'float', shape: ['steps', 1] },
      positions: { type: 'float', shape: shapes[name] },
    },
    constants: {},
    compute<T>(A: Algebra<T>, given: Tensors<T>) {
      const parameters = pick(shapes, given);
      const Y = labelsOf(A, network, given.labels, labelSmoothing); // [n × classes]
      const active = (point: Tensors<T>) => {
        const { inputs, scores } = forwardInTraining(A, network, point, given.X, given);
        return { units: inputs.slice(1).map((H) => A.sign(H)), scores };
      };
      const before = active(parameters);
      const { outputs } = A.scan({}, { place: given.places }, (_, { place }) => {
        const changed = { ...parameters, [name]: A.add(parameters[name], A.mul(given.delta, A.equal(given.positions, place))) };
        const { units, scores } = active(changed);
        const crossings = units.map((after, index) => A.sum(A.abs(A.sub(after, before.units[index])))); // []
        return {
          state: {},
          outputs: {
            costs: A.reshape(cost(A, network, changed, scores, Y, given.lambda), [1]),
            crossings: A.reshape(crossings.reduce((total, count) => A.add(total, count), A.scalar(0)), [1]),
          },
        };
      });
      return outputs;
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
export function perturbationProgram(network: Network, { k, kind }: Target, { images, networks }: PerturbationShape, labelSmoothing: number): Definition {
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
      const Y = labelsOf(A, network, labels, labelSmoothing); // [P n × classes]
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
