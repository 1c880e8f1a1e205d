import type { Algebra, Tensors } from '../network/algebra';
import type { ByteRows, Definition, InputSpec } from '../engine/engine';
import { forward } from '../network/forward';
import { hostTensor, type HostTensor, mapTensors } from '../network/host-tensor';
import { crossEntropies, sumOfSquares } from '../network/loss';
import { layerNumbers, type Network } from '../network/network';
import { absorbStandardiser, type PixelScaling, standardise } from '../network/standardise';
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

function constants(data: ProgramData): Tensors<HostTensor | ByteRows> {
  const { images, labels } = data;
  return { images, labels: hostTensor([labels.length], Int32Array.from(labels)), ...scalingConstants(data) };
}

/** A standardiser as tensors, for `standardise` and `absorbStandardiser`. */
export function scalingConstants({ mean, standardDeviation }: Pick<ProgramData, 'mean' | 'standardDeviation'>): PixelScaling<HostTensor> {
  return {
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
        const Y = A.oneHot(A.gather(labels, row.rows), network.layers[network.layers.length - 1]); // [batch × classes]
        return { state: sgdUpdate(A, network, parameters, X, Y, n, row.etas, lambda), outputs: {} };
      }).state;
    },
  };
}

/** The names of one network's parameters among those of several: W1.0, b1.0, … */
export function numbered<T>(parameters: Tensors<T>, index: number): Tensors<T> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`${name}.${index}`, value]));
}

/**
 * How well networks of one shape do on chunks of images, `rows` [chunks × images]. For network k, `crossEntropy.k` and `correct.k`
 * are each chunk's sum of cross-entropies and number of correct predictions, [chunks], and `sumOfSquares.k` is Σ W², []. Several
 * networks share the work of reading the images and give the same bytes as one at a time.
 */
export function evaluationProgram(network: Network, data: ProgramData, networks = 1): Definition {
  const indices = Array.from({ length: networks }, (_, index) => index);
  const merge = <T>(each: (index: number) => Tensors<T>): Tensors<T> => Object.assign({}, ...indices.map((index) => numbered(each(index), index)));
  return {
    name: 'evaluation',
    inputs: { ...merge(() => parameterSpecs(network)), rows: { type: 'int', shape: ['chunks', 'images'] } },
    constants: constants(data),
    compute<T>(A: Algebra<T>, inputs: Tensors<T>, { images, labels, mean, inverseDeviation }: Tensors<T>) {
      const parameters = indices.map((index) => mapTensors(parameterSpecs(network), (_, name) => inputs[`${name}.${index}`]));
      const onRawImages = parameters.map((each) => absorbStandardiser(A, each, { mean, inverseDeviation }));
      const { outputs } = A.scan({}, { rows: inputs.rows }, (_, { rows }) => {
        const X = A.float(A.gather(images, rows)); // [images × d]
        const chunkLabels = A.gather(labels, rows); // [images]
        const Y = A.oneHot(chunkLabels, network.layers[network.layers.length - 1]); // [images × classes]
        return { state: {}, outputs: merge((index) => scoreChunk(A, network, onRawImages[index], X, Y, chunkLabels)) };
      });
      return { ...outputs, ...merge((index) => ({ sumOfSquares: sumOfSquares(A, network, parameters[index]) })) };
    },
  };
}

function scoreChunk<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, X: T, Y: T, labels: T): Tensors<T> {
  const { scores } = forward(A, network, parameters, X); // [images × classes]
  const correct = A.equal(A.float(A.argMax(scores)), A.float(labels)); // [images]
  return { crossEntropy: A.sum(crossEntropies(A, scores, Y)), correct: A.sum(correct) };
}
