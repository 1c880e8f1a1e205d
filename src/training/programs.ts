import type { Algebra, Tensors } from '../network/algebra';
import { type Augmentation, variantTable } from './augmentation';
import type { ByteRows, Definition, InputSpec } from '../engine/engine';
import { absorbBatchNormalisation } from '../network/batch-normalisation';
import { forward } from '../network/forward';
import { hostTensor, type HostTensor, mapTensors } from '../network/host-tensor';
import { crossEntropies, smoothed, sumOfSquares } from '../network/loss';
import { maskName, droppedLayers } from '../network/dropout';
import type { Network } from '../network/network';
import { momentShapes, type Optimiser } from '../network/optimiser/optimiser';
import { sgd } from '../network/optimiser/sgd';
import { modelShapes, parameterShapes, pick, type Shapes } from '../network/parameters';
import { absorbStandardiser, type PixelScaling, standardise } from '../network/standardise';
import { update } from '../network/update';

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

/** Inputs of these shapes, in the engine's precision. */
export function floatSpecs(shapes: Shapes): Tensors<InputSpec> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]): [string, InputSpec] => [name, { type: 'float', shape }]));
}

/** The inputs that are a trained network: parameters and, with batch normalisation, running averages. */
export const modelSpecs = (network: Network): Tensors<InputSpec> => floatSpecs(modelShapes(network));

/** The shapes of all that goes from update to update: the network and what the optimiser remembers. */
export function stateShapes(network: Network, optimiser: Optimiser): Shapes {
  return { ...modelShapes(network), ...momentShapes(optimiser, parameterShapes(network)) };
}

/** What is done beside plain gradient descent. */
export interface UpdatesOptions {
  /** Default `sgd()`. */
  readonly optimiser?: Optimiser;
  /** Part of each label that is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Which of its variants each image is, at random. Default: as it is. */
  readonly augmentation?: Augmentation;
}

/**
 * A stretch of updates: the training state, `rows` [updates × batch] of the images, `etas` [updates] and `lambda` [] to the
 * state after them. Dropout needs masks beside, `mask.k` [updates × batch × units], augmentation `variants` [updates × batch], and some optimisers scalars
 * [updates]: see `updateInputs`.
 */
export function updatesProgram(network: Network, data: ProgramData, batchSize: number, { optimiser = sgd(), labelSmoothing = 0, augmentation }: UpdatesOptions = {}): Definition {
  const classes = network.layers[network.layers.length - 1];
  const shapes = stateShapes(network, optimiser);
  const scalars = Object.keys(optimiser.scalars(1));
  const masks = droppedLayers(network).map(({ index, units }): [string, InputSpec] => [maskName(index), { type: 'byte', shape: ['updates', batchSize, units] }]);
  const sequences: Tensors<InputSpec> = {
    rows: { type: 'int', shape: ['updates', batchSize] },
    etas: { type: 'float', shape: ['updates'] },
    ...Object.fromEntries(scalars.map((name): [string, InputSpec] => [name, { type: 'float', shape: ['updates'] }])),
    ...Object.fromEntries(masks),
    ...(augmentation && { variants: { type: 'int', shape: ['updates', batchSize] } }),
  };
  return {
    name: 'updates',
    inputs: { ...floatSpecs(shapes), ...sequences, lambda: { type: 'float', shape: [] } },
    constants: { ...constants(data), ...(augmentation && { variants: variantTable(augmentation, data.images.width) }) },
    compute<T>(A: Algebra<T>, inputs: Tensors<T>, { images, labels, mean, inverseDeviation, variants }: Tensors<T>) {
      const n = A.scalar(batchSize);
      const { lambda } = inputs;
      return A.scan(pick(shapes, inputs), mapTensors(sequences, (_, name) => inputs[name]), (state, row) => {
        const given = standardise(A, A.gather(images, row.rows), { mean, inverseDeviation }); // [batch × d]
        const X = augmentation ? A.rearrange(given, variants, row.variants) : given;
        const Y = smoothed(A, A.oneHot(A.gather(labels, row.rows), classes), labelSmoothing, classes); // [batch × classes]
        const step = { eta: row.etas, lambda, scalars: Object.fromEntries(scalars.map((name) => [name, row[name]])) };
        return { state: update(A, network, optimiser, state, { X, Y, n, images: batchSize, masks: row }, step), outputs: {} };
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
    inputs: { ...merge(() => modelSpecs(network)), rows: { type: 'int', shape: ['chunks', 'images'] } },
    constants: constants(data),
    compute<T>(A: Algebra<T>, inputs: Tensors<T>, { images, labels, mean, inverseDeviation }: Tensors<T>) {
      const parameters = indices.map((index) => mapTensors(modelSpecs(network), (_, name) => inputs[`${name}.${index}`]));
      const onRawImages = parameters.map((each) => absorbStandardiser(A, absorbBatchNormalisation(A, network, each), { mean, inverseDeviation }));
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
