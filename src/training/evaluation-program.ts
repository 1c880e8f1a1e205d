import type { Algebra, Tensors } from '../network/algebra';
import type { Definition, Engine } from '../engine/engine';
import { absorbBatchNormalisation } from '../network/batch-normalisation';
import { forwardFrom, layer } from '../network/forward';
import { mapTensors } from '../network/host-tensor';
import { crossEntropies, sumOfSquares } from '../network/loss';
import type { Network } from '../network/network';
import { absorbStandardiser } from '../network/standardise';
import { CHUNK } from './chunks';
import { dataConstants, modelSpecs, type ProgramData } from './programs';

/** The names of one network's parameters among those of several: W1.0, b1.0, … */
export function numbered<T>(parameters: Tensors<T>, index: number): Tensors<T> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`${name}.${index}`, value]));
}

/** ONNX Runtime sums products with fewer columns in other groups. */
const LEAST_COLUMNS = 65;

/** What there is to choose about how to evaluate. */
export interface EvaluationOptions extends Pick<Engine, 'leastColumns'> {
  /** So many networks of one shape at a time. Default 1. */
  readonly networks?: number;
}

/** How many networks of this shape are best measured together: as many as make a wide product, and no more columns than images, or than the engine's calls should have. */
export function networksTogether({ layers }: Network, { mostColumns = CHUNK }: Pick<Engine, 'mostColumns'> = {}): number {
  return Math.max(1, Math.min(16, Math.floor(Math.min(mostColumns, CHUNK) / layers[1])));
}

/**
 * How well networks of one shape do on images, `rows` [chunks × images]. For network k, `crossEntropy.k` and `correct.k` are each
 * image's cross-entropy, and 1 where it is classified correctly, [chunks × images], and `sumOfSquares.k` is Σ W², []. The networks
 * share the reading of the images and the product of the first layer, and give the same bytes as one at a time.
 */
export function evaluationProgram(network: Network, data: ProgramData, { networks = 1, leastColumns = LEAST_COLUMNS }: EvaluationOptions = {}): Definition {
  const indices = Array.from({ length: networks }, (_, index) => index);
  const merge = <T>(each: (index: number) => Tensors<T>): Tensors<T> => Object.assign({}, ...indices.map((index) => numbered(each(index), index)));
  return {
    name: 'evaluation',
    inputs: { ...merge(() => modelSpecs(network)), rows: { type: 'int', shape: ['chunks', 'images'] } },
    constants: dataConstants(data),
    compute<T>(A: Algebra<T>, inputs: Tensors<T>, { images, labels, mean, inverseDeviation }: Tensors<T>) {
      const parameters = indices.map((index) => mapTensors(modelSpecs(network), (_, name) => inputs[`${name}.${index}`]));
      const onRawImages = parameters.map((each) => absorbStandardiser(A, absorbBatchNormalisation(A, network, each), { mean, inverseDeviation }));
      const firstLayers = sideBySide(A, network, onRawImages, leastColumns);
      const { outputs } = A.scan({}, { rows: inputs.rows }, (_, { rows }) => {
        const S = firstLayers(A.float(A.gather(images, rows))); // [images × m_1], of each network
        const chunkLabels = A.gather(labels, rows); // [images]
        const Y = A.oneHot(chunkLabels, network.layers[network.layers.length - 1]); // [images × classes]
        return { state: {}, outputs: merge((index) => scoreChunk(A, network, onRawImages[index], S[index], Y, chunkLabels)) };
      });
      return { ...outputs, ...merge((index) => ({ sumOfSquares: sumOfSquares(A, network, parameters[index]) })) };
    },
  };
}

/** The first layers of networks of one shape as one product, filled up to so many columns: from X [n × d] to S = X W1 + b1 of each, [n × m_1]. */
function sideBySide<T>(A: Algebra<T>, { layers }: Network, networks: readonly Tensors<T>[], leastColumns: number): (X: T) => T[] {
  const [, units] = layers;
  const count = Math.max(networks.length, Math.ceil(leastColumns / units));
  const filled = Array.from({ length: count }, (_, index) => networks[index % networks.length]);
  const together = count === 1 ? networks[0] : { W1: A.concat(filled.map(({ W1 }) => W1), 1), b1: A.concat(filled.map(({ b1 }) => b1), 0) }; // [d × Σ m_1], [Σ m_1]
  return (X) => (count === 1 ? [layer(A, together, 1, X)] : A.split(layer(A, together, 1, X), filled.map(() => units), 1));
}

function scoreChunk<T>(A: Algebra<T>, network: Network, parameters: Tensors<T>, S: T, Y: T, labels: T): Tensors<T> {
  const { scores } = forwardFrom(A, network, parameters, S); // [images × classes]
  return { crossEntropy: crossEntropies(A, scores, Y), correct: A.equal(A.float(A.argMax(scores)), A.float(labels)) }; // [images]
}
