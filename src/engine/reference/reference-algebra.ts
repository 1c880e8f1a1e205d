import type { Algebra, MatmulOptions, ScanStep, Tensors } from '../../network/algebra';
import { elements } from '../../network/host-tensor';

/** Float64 numbers, row by row. Integers and bytes are held as numbers too. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

const make = (shape: readonly number[], data: ArrayLike<number>): Numbers => ({ shape, data });

/** f(0), f(1), …: several times faster than Float64Array.from with a function. */
function fill(length: number, f: (index: number) => number): Float64Array {
  const data = new Float64Array(length);
  for (let index = 0; index < length; index++) data[index] = f(index);
  return data;
}

function map(x: Numbers, f: (value: number) => number): Numbers {
  return make(x.shape, fill(x.data.length, (index) => f(x.data[index])));
}

/** The shape that two shapes broadcast to, as in NumPy. */
function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (p !== q && p !== 1 && q !== 1) throw new RangeError(`shapes [${a.join(' × ')}] and [${b.join(' × ')}] do not fit together`);
    return p === 1 ? q : p;
  });
}

/** For each element of `shape`, where the element of a tensor with shape `from` stands that broadcasts to it. */
function broadcastIndex(from: readonly number[], shape: readonly number[]): (index: number) => number {
  const size = elements(from);
  if (from.every((n, axis) => n === shape[axis - from.length + shape.length])) return (index) => index % size; // whole trailing axes
  const strides = shape.map((_, axis) => {
    const own = axis - shape.length + from.length;
    return own < 0 || from[own] === 1 ? 0 : elements(from.slice(own + 1));
  });
  return (index) => {
    let position = 0;
    for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
      position += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return position;
  };
}

function zip(a: Numbers, b: Numbers, f: (p: number, q: number) => number): Numbers {
  const shape = broadcastShape(a.shape, b.shape);
  const [inA, inB] = [broadcastIndex(a.shape, shape), broadcastIndex(b.shape, shape)];
  return make(shape, fill(elements(shape), (index) => f(a.data[inA(index)], b.data[inB(index)])));
}

/** Folds one axis, or all elements, into one number each. */
function reduce(x: Numbers, axis: number | undefined, keepDimension: boolean, fold: (values: readonly number[]) => number): Numbers {
  if (axis === undefined) return make([], [fold(Array.from(x.data))]);
  const inner = elements(x.shape.slice(axis + 1));
  const size = x.shape[axis];
  const shape = keepDimension ? x.shape.map((n, k) => (k === axis ? 1 : n)) : x.shape.filter((_, k) => k !== axis);
  const along = (index: number) => {
    const start = Math.floor(index / inner) * inner * size + (index % inner);
    return Array.from({ length: size }, (_, k) => x.data[start + k * inner]);
  };
  return make(shape, fill(elements(shape), (index) => fold(along(index))));
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const largest = (values: readonly number[]) => values.reduce((max, value) => (value > max || Number.isNaN(value) ? value : max), -Infinity);

/** f applied to each row, along the last axis. */
function rowwise(x: Numbers, f: (row: readonly number[]) => readonly number[]): Numbers {
  const width = x.shape[x.shape.length - 1];
  const data = new Float64Array(x.data.length);
  for (let start = 0; start < data.length; start += width) {
    data.set(f(Array.from({ length: width }, (_, k) => x.data[start + k])), start);
  }
  return make(x.shape, data);
}

function logSoftmaxRow(row: readonly number[]): number[] {
  const top = largest(row);
  const logTotal = Math.log(total(row.map((value) => Math.exp(value - top))));
  return row.map((value) => value - top - logTotal);
}

function transpose(x: Numbers): Numbers {
  const [rows, columns] = x.shape;
  return make([columns, rows], fill(rows * columns, (index) => x.data[(index % rows) * columns + Math.floor(index / rows)]));
}

function matmul(a: Numbers, b: Numbers, { transposeA = false, transposeB = false }: MatmulOptions = {}): Numbers {
  const [p, q] = [transposeA ? transpose(a) : a, transposeB ? transpose(b) : b];
  const [rows, inner] = p.shape;
  const columns = q.shape[1];
  if (q.shape[0] !== inner) throw new RangeError(`[${p.shape.join(' × ')}] and [${q.shape.join(' × ')}] cannot be multiplied`);
  const [left, right] = [new Float64Array(p.data), new Float64Array(q.data)];
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = left[i * inner + k];
      for (let j = 0; j < columns; j++) data[i * columns + j] += factor * right[k * columns + j];
    }
  }
  return make([rows, columns], data);
}

function gather(x: Numbers, indices: Numbers): Numbers {
  const rest = x.shape.slice(1);
  const width = elements(rest);
  const data = new Float64Array(indices.data.length * width);
  for (let n = 0; n < indices.data.length; n++) {
    const start = indices.data[n] * width;
    if (!(start >= 0 && start < x.data.length)) throw new RangeError(`row ${indices.data[n]} is outside of the ${x.shape[0]} rows`);
    for (let k = 0; k < width; k++) data[n * width + k] = x.data[start + k];
  }
  return make([...indices.shape, ...rest], data);
}

/** The slices of x from `start` on along an axis, `size` of them. */
function slice(x: Numbers, axis: number, start: number, size: number): Numbers {
  const inner = elements(x.shape.slice(axis + 1));
  const [block, whole] = [size * inner, x.shape[axis] * inner];
  const shape = x.shape.map((n, k) => (k === axis ? size : n));
  return make(shape, fill(elements(shape), (index) => x.data[Math.floor(index / block) * whole + start * inner + (index % block)]));
}

function split(x: Numbers, sizes: readonly number[], axis: number): Numbers[] {
  if (total(sizes) !== x.shape[axis]) throw new RangeError(`parts of ${sizes.join(' + ')} do not fill the ${x.shape[axis]} along axis ${axis}`);
  return sizes.map((size, part) => slice(x, axis, total(sizes.slice(0, part)), size));
}

function concat(parts: readonly Numbers[], axis: number): Numbers {
  const [outer, inner] = [elements(parts[0].shape.slice(0, axis)), elements(parts[0].shape.slice(axis + 1))];
  const shape = parts[0].shape.map((n, k) => (k === axis ? total(parts.map((part) => part.shape[axis])) : n));
  const rows = Array.from({ length: outer }, (_, n) => parts.flatMap(({ shape: own, data }) => Array.from({ length: own[axis] * inner }, (__, k) => data[n * own[axis] * inner + k])));
  return make(shape, Float64Array.from(rows.flat()));
}

/** Row n of a tensor, one axis less. */
function row(x: Numbers, n: number): Numbers {
  const shape = x.shape.slice(1);
  const width = elements(shape);
  return make(shape, fill(width, (k) => x.data[n * width + k]));
}

function stack(rows: readonly Numbers[]): Numbers {
  return make([rows.length, ...rows[0].shape], Float64Array.from(rows.flatMap(({ data }) => Array.from(data))));
}

function scan(state: Tensors<Numbers>, sequences: Tensors<Numbers>, body: (state: Tensors<Numbers>, row: Tensors<Numbers>) => ScanStep<Numbers>): ScanStep<Numbers> {
  const steps = Object.values(sequences)[0].shape[0];
  const outputs: Tensors<Numbers>[] = [];
  let current = state;
  for (let n = 0; n < steps; n++) {
    const step = body(current, Object.fromEntries(Object.entries(sequences).map(([name, sequence]) => [name, row(sequence, n)])));
    current = step.state;
    outputs.push(step.outputs);
  }
  const names = Object.keys(outputs[0] ?? {});
  return { state: current, outputs: Object.fromEntries(names.map((name) => [name, stack(outputs.map((output) => output[name]))])) };
}

/** The algebra in plain float64 loops: small, slow, and easy to see to be right. */
export const referenceAlgebra: Algebra<Numbers> = {
  scalar: (value) => make([], [value]),
  add: (a, b) => zip(a, b, (p, q) => p + q),
  sub: (a, b) => zip(a, b, (p, q) => p - q),
  mul: (a, b) => zip(a, b, (p, q) => p * q),
  div: (a, b) => zip(a, b, (p, q) => p / q),
  relu: (x) => map(x, (value) => (value < 0 ? 0 : value)),
  reluGradient: (upstream, output) => zip(upstream, output, (gradient, value) => (value > 0 ? gradient : 0)),
  sign: (x) => map(x, Math.sign),
  abs: (x) => map(x, Math.abs),
  exp: (x) => map(x, Math.exp),
  log: (x) => map(x, Math.log),
  sqrt: (x) => map(x, Math.sqrt),
  equal: (a, b) => zip(a, b, (p, q) => Number(p === q)),
  matmul,
  matmulAdd: (a, b, c, options) => zip(matmul(a, b, options), c, (p, q) => p + q),
  transpose,
  reshape: (x, shape) => make(shape.map((size) => (size === -1 ? -x.data.length / elements(shape) : size)), x.data),
  concat,
  split,
  sum: (x, axis, keepDimension = false) => reduce(x, axis, keepDimension, total),
  mean: (x, axis, keepDimension = false) => reduce(x, axis, keepDimension, (values) => total(values) / values.length),
  max: (x, axis, keepDimension = false) => reduce(x, axis, keepDimension, largest),
  argMax: (x) => reduce(x, x.shape.length - 1, false, (values) => values.indexOf(largest(values))),
  softmax: (x) => rowwise(x, (values) => logSoftmaxRow(values).map(Math.exp)),
  logSoftmax: (x) => rowwise(x, logSoftmaxRow),
  gather,
  rearrange(x, table, choices) {
    const [d, m] = [x.shape[1], table.shape[1]];
    const source = (index: number) => table.data[choices.data[Math.floor(index / m)] * m + (index % m)];
    return make([x.shape[0], m], fill(x.shape[0] * m, (index) => (source(index) < 0 ? 0 : x.data[Math.floor(index / m) * d + source(index)])));
  },
  float: (x) => x,
  oneHot: (labels, classes) =>
    make([...labels.shape, classes], fill(labels.data.length * classes, (index) => Number(labels.data[Math.floor(index / classes)] === index % classes))),
  scan,
  scope: (compute) => compute(),
};
