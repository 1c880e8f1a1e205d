import type { Tensors } from './algebra';

/** Numbers in JavaScript's memory, row by row. Integers and bytes are for indices, labels and images. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

export type HostTensors = Tensors<HostTensor>;

/** Floating-point arrays of an engine's precision. */
export type Precision = 'float32' | 'float64';

/** How many elements a tensor of this shape has. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor of the given shape around `data`; an error if the sizes disagree. */
export function hostTensor(shape: readonly number[], data: HostTensor['data']): HostTensor {
  if (elements(shape) !== data.length) {
    throw new RangeError(`a tensor of shape [${shape.join(' × ')}] has ${elements(shape)} elements, not ${data.length}`);
  }
  return { shape, data };
}

/** `values` as an array of the given precision; the array itself where it has that precision already. */
export function toPrecision(values: HostTensor['data'], precision: Precision): Float32Array | Float64Array {
  if (precision === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

/** All floating-point tensors in the given precision; integers and bytes as they are. */
export function castTensors(tensors: HostTensors, precision: Precision): HostTensors {
  return mapTensors(tensors, (tensor) =>
    tensor.data instanceof Float32Array || tensor.data instanceof Float64Array
      ? { shape: tensor.shape, data: toPrecision(tensor.data, precision) }
      : tensor,
  );
}

/** The same names with each value mapped. */
export function mapTensors<A, B>(tensors: Tensors<A>, map: (value: A, name: string) => B): Tensors<B> {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, map(value, name)]));
}
