import type { Algebra, Tensors } from '../network/algebra';
import type { ByteRows, Definition, InputSpec } from '../engine/engine';
import { forward } from '../network/forward';
import { hostTensor, type HostTensor } from '../network/host-tensor';
import { crossEntropies, sumOfSquares } from '../network/loss';
import { layerNumbers, type Network } from '../network/network';
import { absorbStandardiser, standardise } from '../network/standardise';
import { sgdUpdate } from '../network/update';

/** What programs know of the data: images in their file, labels, and the training part's standardiser. */
export interface ProgramData {
  readonly images: ByteRows;
  readonly labels: Uint8Array;
  /** Per pixel, [d]. */
  readonly mean: Float64Array;
  /** Per pixel, [d]. */
  readonly standardDeviation: Float64Array;
}

function constants({ images, labels, mean, standardDeviation }: ProgramData): Tensors<HostTensor | ByteRows> {
  return {
    images,
    labels: hostTensor([labels.length], Int32Array.from(labels)),
    mean: hostTensor([mean.length], mean),
    inverseDeviation: hostTensor([mean.length], standardDeviation.map((deviation) => 1 / deviation)),
  };
}

/** The inputs that are the network's parameters. */
export function parameterSpecs({ layers }: Network): Tensors<InputSpec> {
  return Object.fromEntries(
    layers.slice(1).flatMap((units, index) => [
      [`W${index + 1}`, { type: 'float', shape: [layers[index], units] }],
      [`b${index + 1}`, { type: 'float', shape: [units] }],
    ]),
  ) as Tensors<InputSpec>;
}

/** The parameters among a program's tensors. */
export function parametersOf<T>(network: Network, tensors: Tensors<T>): Tensors<T> {
  return Object.fromEntries(layerNumbers(network).flatMap((k) => [`W${k}`, `b${k}`].map((name) => [name, tensors[name]])));
}

/** One-hot labels of the images with the given rows, [n × classes]. */
function oneHotLabels<T>(A: Algebra<T>, { layers }: Network, labels: T, rows: T): T {
  return A.oneHot(A.gather(labels, rows), layers[layers.length - 1]);
}

/**
 * A stretch of updates: parameters, `rows` [updates × batch] of the images, `etas` [updates] and `lambda` [] to the
 * parameters after them.
 */
export function updatesProgram(network: Network, data: ProgramData, batchSize: number): Definition {
  return {
    name: 'updates',
    inputs: {
      ...parameterSpecs(network),
      rows: { type: 'int', shape: ['updates', batchSize] },
      etas: { type: 'float', shape: ['updates'] },
      lambda: { type: 'float', shape: [] },
    },
    constants: constants(data),
    compute<T>(A: Algebra<T>, inputs: Tensors<T>, { images, labels, mean, inverseDeviation }: Tensors<T>) {
      const n = A.scalar(batchSize);
      const { rows, etas, lambda } = inputs;
      return A.scan(parametersOf(network, inputs), { rows, etas }, (parameters, row) => {
        const X = standardise(A, A.gather(images, row.rows), { mean, inverseDeviation }); // [batch × d]
        const Y = oneHotLabels(A, network, labels, row.rows); // [batch × classes]
        return { state: sgdUpdate(A, network, parameters, X, Y, n, row.etas, lambda), outputs: {} };
      }).state;
    },
  };
}

/**
 * How well the network does on chunks of images, `rows` [chunks × images]: for each chunk the sum of the cross-entropies and
 * the number of correct predictions, both [chunks], and Σ W² [] beside them.
 */
export function evaluationProgram(network: Network, data: ProgramData): Definition {
  return {
    name: 'evaluation',
    inputs: { ...parameterSpecs(network), rows: { type: 'int', shape: ['chunks', 'images'] } },
    constants: constants(data),
    compute<T>(A: Algebra<T>, inputs: Tensors<T>, { images, labels, mean, inverseDeviation }: Tensors<T>) {
      const parameters = parametersOf(network, inputs);
      const onRawImages = absorbStandardiser(A, parameters, { mean, inverseDeviation });
      const { outputs } = A.scan({}, { rows: inputs.rows }, (_, { rows }) => {
        const { scores } = forward(A, network, onRawImages, A.float(A.gather(images, rows))); // [images × classes]
        const losses = crossEntropies(A, scores, oneHotLabels(A, network, labels, rows)); // [images]
        const correct = A.equal(A.float(A.argMax(scores)), A.float(A.gather(labels, rows))); // [images]
        return { state: {}, outputs: { crossEntropy: A.sum(losses), correct: A.sum(correct) } };
      });
      return { ...outputs, sumOfSquares: sumOfSquares(A, network, parameters) };
    },
  };
}
