import type { Definition, InputSpec } from '../engine/engine';
import { referenceAlgebra } from '../engine/reference/reference-algebra';
import type { Algebra, Tensors } from '../network/algebra';
import { absorbBatchNormalisation } from '../network/batch-normalisation';
import { forward } from '../network/forward';
import { hostTensor, type HostTensors, mapTensors } from '../network/host-tensor';
import { standardise } from '../network/standardise';
import type { Model } from './model';
import { scalingConstants } from './programs';

/** W1, b1, …, Wk, bk of the plain network that a model is at inference: batch normalisation is absorbed into them, in float64. */
export function inferenceParameters({ network, parameters }: Model): HostTensors {
  const absorbed = absorbBatchNormalisation(referenceAlgebra, network, parameters);
  return mapTensors(absorbed, ({ shape, data }) => hostTensor(shape, Float64Array.from(data)));
}

/** [3, side, side] for square images in three colours, planes of red, green and blue as in CIFAR-10's files; else [values]. */
export function imageShape(values: number): readonly number[] {
  const side = Math.sqrt(values / 3);
  return Number.isInteger(side) ? [3, side, side] : [values];
}

/**
 * A network with its numbers, from raw images to what it says of them: `images` [n × 3 × 32 × 32] to `scores` and `probabilities`,
 * [n × classes], and `class`, the index of the largest score, [n].
 *
 * @param input bytes from 0 to 255, or floating-point numbers from 0 to 1
 */
export function inferenceDefinition(model: Model, input: 'bytes' | 'floats'): Definition {
  const { network, standardiser } = model;
  const width = network.layers[0];
  const images: InputSpec = { type: input === 'bytes' ? 'byte' : 'float', shape: ['n', ...imageShape(width)] };
  return {
    name: `fully connected network ${network.layers.join('-')}`,
    inputs: { images },
    constants: { ...inferenceParameters(model), ...scalingConstants(standardiser) },
    compute<T>(A: Algebra<T>, { images: given }: Tensors<T>, { mean, inverseDeviation, ...parameters }: Tensors<T>) {
      const values = A.reshape(A.float(given), [-1, width]); // [n × d]
      const X = standardise(A, input === 'bytes' ? values : A.mul(values, A.scalar(255)), { mean, inverseDeviation }); // [n × d]
      const { scores } = forward(A, network, parameters, X); // [n × classes]
      return { scores, probabilities: A.softmax(scores), class: A.argMax(scores) };
    },
  };
}
