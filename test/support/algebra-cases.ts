import type { Algebra, Tensors } from '../../src/network/algebra';
import { hostTensor, type HostTensors } from '../../src/network/host-tensor';
import type { InputSpec } from '../../src/engine/engine';
import { random } from '../../src/random/random';

const draws = random(7, 'algebra cases');
const normal = (...shape: number[]) => hostTensor(shape, Float64Array.from({ length: shape.reduce((p, q) => p * q, 1) }, () => draws.normal()));
const positive = (...shape: number[]) => hostTensor(shape, normal(...shape).data.map((x) => Math.abs(x) + 0.1) as Float64Array);
const integers = (...values: number[]) => hostTensor([values.length], Int32Array.from(values));

/** One small computation that uses an operation of the algebra, with inputs for it. */
export interface AlgebraCase {
  readonly name: string;
  readonly inputs: HostTensors;
  compute<T>(A: Algebra<T>, inputs: Tensors<T>): T;
}

/** At least one case per operation of the algebra. */
export const algebraCases: readonly AlgebraCase[] = [
  { name: 'scalar', inputs: { x: normal(3) }, compute: (A, { x }) => A.add(x, A.scalar(2.5)) },
  { name: 'add: a row to every row', inputs: { a: normal(4, 3), b: normal(3) }, compute: (A, { a, b }) => A.add(a, b) },
  { name: 'sub: a column and a row', inputs: { a: normal(4, 1), b: normal(3) }, compute: (A, { a, b }) => A.sub(a, b) },
  { name: 'mul: [2 × 3 × 4] and [3 × 1]', inputs: { a: normal(2, 3, 4), b: normal(3, 1) }, compute: (A, { a, b }) => A.mul(a, b) },
  { name: 'div', inputs: { a: normal(4, 3), b: positive(4, 3) }, compute: (A, { a, b }) => A.div(a, b) },
  { name: 'relu', inputs: { x: normal(4, 3) }, compute: (A, { x }) => A.relu(x) },
  { name: 'reluGradient', inputs: { upstream: normal(5), output: hostTensor([5], Float64Array.of(2, 1e-8, 0, 3, 0)) }, compute: (A, { upstream, output }) => A.reluGradient(upstream, output) },
  { name: 'matmul: aᵀ b, wide a', inputs: { a: normal(3, 40), b: normal(3, 2) }, compute: (A, { a, b }) => A.matmul(a, b, { transposeA: true }) },
  { name: 'sign', inputs: { x: hostTensor([5], Float64Array.of(-2, -1e-8, 0, 1e-8, 3)) }, compute: (A, { x }) => A.sign(x) },
  { name: 'abs', inputs: { x: normal(6) }, compute: (A, { x }) => A.abs(x) },
  { name: 'exp', inputs: { x: normal(6) }, compute: (A, { x }) => A.exp(x) },
  { name: 'log', inputs: { x: positive(6) }, compute: (A, { x }) => A.log(x) },
  { name: 'sqrt', inputs: { x: positive(6) }, compute: (A, { x }) => A.sqrt(x) },
  { name: 'equal', inputs: { a: hostTensor([4], Float64Array.of(1, 2, 3, 4)), b: hostTensor([4], Float64Array.of(1, 0, 3, 5)) }, compute: (A, { a, b }) => A.equal(a, b) },
  { name: 'matmul', inputs: { a: normal(4, 3), b: normal(3, 5) }, compute: (A, { a, b }) => A.matmul(a, b) },
  { name: 'matmul: aᵀ b', inputs: { a: normal(3, 4), b: normal(3, 5) }, compute: (A, { a, b }) => A.matmul(a, b, { transposeA: true }) },
  { name: 'matmul: a bᵀ', inputs: { a: normal(4, 3), b: normal(5, 3) }, compute: (A, { a, b }) => A.matmul(a, b, { transposeB: true }) },
  { name: 'matmul: aᵀ bᵀ', inputs: { a: normal(3, 4), b: normal(5, 3) }, compute: (A, { a, b }) => A.matmul(a, b, { transposeA: true, transposeB: true }) },
  { name: 'matmul: few rows, many columns', inputs: { a: normal(4, 200), b: normal(200, 30) }, compute: (A, { a, b }) => A.matmul(a, b) },
  { name: 'matmulAdd: few rows, many columns, a bᵀ', inputs: { a: normal(4, 200), b: normal(30, 200), c: normal(30) }, compute: (A, { a, b, c }) => A.matmulAdd(a, b, c, { transposeB: true }) },
  { name: 'matmulAdd: a row', inputs: { a: normal(4, 3), b: normal(3, 5), c: normal(5) }, compute: (A, { a, b, c }) => A.matmulAdd(a, b, c) },
  { name: 'matmulAdd: aᵀ b + a matrix', inputs: { a: normal(3, 4), b: normal(3, 5), c: normal(4, 5) }, compute: (A, { a, b, c }) => A.matmulAdd(a, b, c, { transposeA: true }) },
  { name: 'transpose', inputs: { x: normal(2, 3) }, compute: (A, { x }) => A.transpose(x) },
  { name: 'reshape', inputs: { x: normal(2, 6) }, compute: (A, { x }) => A.reshape(x, [-1, 4]) },
  { name: 'concat: rows', inputs: { a: normal(2, 3), b: normal(4, 3) }, compute: (A, { a, b }) => A.concat([a, b], 0) },
  { name: 'concat: columns', inputs: { a: normal(2, 3), b: normal(2, 1) }, compute: (A, { a, b }) => A.concat([a, b, a], 1) },
  { name: 'split: rows', inputs: { x: normal(5, 3) }, compute: (A, { x }) => A.split(x, [2, 3], 0)[1] },
  { name: 'split: columns', inputs: { x: normal(4, 6) }, compute: (A, { x }) => A.concat([...A.split(x, [1, 3, 2], 1)].reverse(), 1) },
  { name: 'sum of all', inputs: { x: normal(4, 3) }, compute: (A, { x }) => A.sum(x) },
  { name: 'sum of rows', inputs: { x: normal(4, 3) }, compute: (A, { x }) => A.sum(x, 0) },
  { name: 'sum of columns, kept', inputs: { x: normal(4, 3) }, compute: (A, { x }) => A.sum(x, 1, true) },
  { name: 'mean of all', inputs: { x: normal(4, 3) }, compute: (A, { x }) => A.mean(x) },
  { name: 'mean of rows, kept', inputs: { x: normal(4, 3) }, compute: (A, { x }) => A.mean(x, 0, true) },
  { name: 'max of columns', inputs: { x: normal(4, 3) }, compute: (A, { x }) => A.max(x, 1) },
  { name: 'argMax, the first of equals', inputs: { x: hostTensor([2, 3], Float64Array.of(1, 3, 3, 5, 2, 5)) }, compute: (A, { x }) => A.float(A.argMax(x)) },
  { name: 'softmax', inputs: { x: normal(4, 3) }, compute: (A, { x }) => A.softmax(x) },
  { name: 'softmax of large numbers', inputs: { x: hostTensor([2, 3], Float64Array.of(1e4, 0, -1e4, -1e4, -1e4, -1e4)) }, compute: (A, { x }) => A.softmax(x) },
  { name: 'logSoftmax of large numbers', inputs: { x: hostTensor([2, 3], Float64Array.of(1e4, 0, -1e4, -1e4, -1e4, -1e4)) }, compute: (A, { x }) => A.logSoftmax(x) },
  { name: 'gather rows', inputs: { x: normal(5, 3), rows: integers(4, 0, 4) }, compute: (A, { x, rows }) => A.gather(x, rows) },
  {
    name: 'rearrange rows, 0 for −1',
    inputs: { x: normal(3, 4), table: hostTensor([2, 5], Int32Array.of(3, 2, 1, 0, -1, 1, -1, 1, 0, 3)), choices: integers(1, 0, 1) },
    compute: (A, { x, table, choices }) => A.rearrange(x, table, choices),
  },
  { name: 'float of bytes', inputs: { x: hostTensor([2, 3], Uint8Array.of(0, 1, 2, 3, 254, 255)) }, compute: (A, { x }) => A.float(x) },
  {
    name: 'scan over bytes',
    inputs: { start: normal(3), steps: hostTensor([4, 3], Uint8Array.of(0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1)) },
    compute: (A, { start, steps }) => A.scan({ x: start }, { step: steps }, ({ x }, { step }) => ({ state: { x: A.mul(x, A.add(A.float(step), A.scalar(0.5))) }, outputs: {} })).state.x,
  },
  { name: 'float of integers', inputs: { n: integers(3, 1, 2) }, compute: (A, { n }) => A.float(n) },
  { name: 'oneHot', inputs: { labels: integers(2, 0, 3) }, compute: (A, { labels }) => A.oneHot(labels, 4) },
  {
    name: 'scan: last state',
    inputs: { start: normal(3), steps: normal(5, 3) },
    compute: (A, { start, steps }) => A.scan({ x: start }, { step: steps }, ({ x }, { step }) => ({ state: { x: A.add(A.mul(x, A.scalar(0.5)), step) }, outputs: {} })).state.x,
  },
  {
    name: 'scan: outputs, with a value from outside and a state handed through',
    inputs: { start: normal(3), steps: normal(5, 3), factor: normal(3) },
    compute: (A, { start, steps, factor }) =>
      A.scan({ x: start }, { step: steps }, ({ x }, { step }) => ({ state: { x }, outputs: { y: A.add(x, A.mul(step, factor)) } })).outputs.y,
  },
  { name: 'scope', inputs: { x: normal(3) }, compute: (A, { x }) => A.scope(() => ({ y: A.exp(A.mul(x, x)) })).y },
];

/** What an input's shape and numbers say of it. */
export function specOf({ shape, data }: HostTensors[string]): InputSpec {
  return { type: data instanceof Int32Array ? 'int' : data instanceof Uint8Array ? 'byte' : 'float', shape };
}
