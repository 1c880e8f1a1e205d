import type { Part } from '../data/dataset';
import type { Definition } from '../engine/engine';
import type { Tensors, Algebra } from '../network/algebra';
import { absorbBatchNormalisation } from '../network/batch-normalisation';
import { forward } from '../network/forward';
import { hostTensor } from '../network/host-tensor';
import type { Network } from '../network/network';
import { absorbStandardiser } from '../network/standardise';
import { CHUNK, nextChunks } from './chunks';
import { type EvaluateOptions, resolveEngine } from './evaluate';
import { imageShape, inferenceDefinition } from './inference';
import { currentSignal } from './interruption';
import { type Model, programData, requireFit } from './model';
import { modelSpecs, type ProgramData, scalingConstants } from './programs';

/** What a network says of the images of a part, in the part's order. */
export interface Predictions {
  /** The class of the largest score. [n] */
  readonly classes: Uint8Array;
  /** The softmax of the scores, row by row. [n × classes] */
  readonly probabilities: Float64Array;
}

/** Which class a trained network takes each image of a part for, and with what probability. */
export async function predict(model: Model, part: Part, options: Omit<EvaluateOptions, 'lambda'> = {}): Promise<Predictions> {
  const { network, parameters, standardiser } = model;
  const { signal = currentSignal() } = options;
  requireFit(network, part);
  const engine = await resolveEngine(options.engine);
  const { rows } = part;
  const count = network.layers[network.layers.length - 1];
  const predictions: Predictions = { classes: new Uint8Array(rows.length), probabilities: new Float64Array(rows.length * count) };
  const program = await engine.compile(predictionProgram(network, programData(part.dataset, standardiser)));
  try {
    for (let from = 0; from < rows.length; from += CHUNK) {
      signal?.throwIfAborted();
      const chunk = nextChunks(rows, from, { units: Math.max(...network.layers.slice(1)) });
      const outputs = await program.run({ ...parameters, rows: hostTensor([chunk.size], chunk.rows) });
      predictions.classes.set(outputs.classes.data.subarray(0, chunk.images), from);
      predictions.probabilities.set(outputs.probabilities.data.subarray(0, chunk.images * count), from * count);
    }
    return predictions;
  } finally {
    await program.dispose();
  }
}

/**
 * Which class a trained network takes images for that are in no data set, and with what probability.
 *
 * @param images pixel bytes [n × 3,072] as `readImages` gives them: per image the red plane, then green, then blue, row by row
 * @throws RangeError if that is no whole number of the network's images
 */
export async function predictImages(model: Model, images: Uint8Array, options: Omit<EvaluateOptions, 'lambda'> = {}): Promise<Predictions> {
  const { layers } = model.network;
  const { signal = currentSignal() } = options;
  const [width, count] = [layers[0], layers[layers.length - 1]];
  const n = images.length / width;
  if (!Number.isInteger(n)) throw new RangeError(`images are ${images.length} bytes; a multiple of ${width}, the values of one image, would be right`);
  const engine = await resolveEngine(options.engine);
  const program = await engine.compile(inferenceDefinition(model, 'bytes'));
  const predictions: Predictions = { classes: new Uint8Array(n), probabilities: new Float64Array(n * count) };
  try {
    for (let from = 0; from < n; from += CHUNK) {
      signal?.throwIfAborted();
      const chunk = images.slice(from * width, (from + CHUNK) * width);
      const outputs = await program.run({ images: hostTensor([chunk.length / width, ...imageShape(width)], chunk) });
      predictions.classes.set(outputs.class.data, from);
      predictions.probabilities.set(outputs.probabilities.data, from * count);
    }
    return predictions;
  } finally {
    await program.dispose();
  }
}

/** How often images of each class (first index) were taken for each class (second): [classes][classes] counts. */
export function confusionCounts(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  if (labels.length !== predicted.length) throw new RangeError(`confusionCounts: ${labels.length} labels and ${predicted.length} predictions; they must be as many`);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let index = 0; index < labels.length; index++) counts[labels[index]][predicted[index]]++;
  return counts;
}

/** `rows` [images] to the classes of the largest scores, [images], and the softmax of the scores, [images × classes]. */
function predictionProgram(network: Network, data: ProgramData): Definition {
  return {
    name: 'prediction',
    inputs: { ...modelSpecs(network), rows: { type: 'int', shape: ['images'] } },
    constants: { images: data.images, ...scalingConstants(data) },
    compute<T>(A: Algebra<T>, inputs: Tensors<T>, { images, mean, inverseDeviation }: Tensors<T>) {
      const onRawImages = absorbStandardiser(A, absorbBatchNormalisation(A, network, inputs), { mean, inverseDeviation });
      const { scores } = forward(A, network, onRawImages, A.float(A.gather(images, inputs.rows))); // [images × classes]
      return { classes: A.argMax(scores), probabilities: A.softmax(scores) };
    },
  };
}
