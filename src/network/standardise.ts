import type { Algebra } from './algebra';

/** Per-pixel mean and 1/standard deviation of the training images as tensors, both [d]. */
export interface PixelScaling<T> {
  readonly mean: T;
  readonly inverseDeviation: T;
}

/** Raw images (bytes, [n × d]) to zero mean and unit variance per pixel. */
export function standardise<T>(A: Algebra<T>, images: T, { mean, inverseDeviation }: PixelScaling<T>): T {
  return A.mul(A.sub(A.float(images), mean), inverseDeviation); // [n × d]
}
