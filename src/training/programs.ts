import type { Algebra, Tensors } from '../network/algebra';
import { type Augmentation, variantTable } from './augmentation';
import type { ByteRows, Definition, InputSpec } from '../engine/engine';
import { hostTensor, type HostTensor, mapTensors } from '../network/host-tensor';
import { smoothed } from '../network/loss';
import { maskName, droppedLayers } from '../network/dropout';
import type { Network } from '../network/network';
import { momentShapes, type Optimiser } from '../network/optimiser/optimiser';
import { sgd } from '../network/optimiser/sgd';
import { modelShapes, parameterShapes, pick, type Shapes } from '../network/parameters';
import { type PixelScaling, standardise } from '../network/standardise';
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

/** The data as a program's constants. */
export function dataConstants(data: ProgramData): Tensors<HostTensor | ByteRows> {
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
    constants: { ...dataConstants(data), ...(augmentation && { variants: variantTable(augmentation, data.images.width) }) },
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
