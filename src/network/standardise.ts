import type { Algebra, Tensors } from './algebra';

/** Per-pixel mean and 1/standard deviation of the training images as tensors, both [d]. */
export interface PixelScaling<T> {
  readonly mean: T;
  readonly inverseDeviation: T;
}

/** Raw images (bytes, [n × d]) to zero mean and unit variance per pixel. */
export function standardise<T>(A: Algebra<T>, images: T, { mean, inverseDeviation }: PixelScaling<T>): T {
  return A.mul(A.sub(A.float(images), mean), inverseDeviation); // [n × d]
}

/**
 * The parameters of the network that gives for raw images X what `parameters` give for standardised ones:
 *
 *     ((X − mean) / deviation) W + b = X W' + (b − mean W'),   W' = W / deviation, row by row
 *
 * Where one network sees many images, this saves two passes over all of them.
 */
export function absorbStandardiser<T>(A: Algebra<T>, parameters: Tensors<T>, { mean, inverseDeviation }: PixelScaling<T>): Tensors<T> {
  const W1 = A.mul(parameters.W1, A.reshape(inverseDeviation, [-1, 1])); // [d × m]
  const shift = A.reshape(A.matmul(A.reshape(mean, [1, -1]), W1), [-1]); // [1 × d] [d × m] as [m]
  return { ...parameters, W1, b1: A.sub(parameters.b1, shift) };
}
