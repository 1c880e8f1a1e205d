import type { Algebra, MatmulOptions, ScanStep, Tensors } from '../../network/algebra';
import type { HostTensor, Precision } from '../../network/host-tensor';
import { mapTensors } from '../../network/host-tensor';
import { type ByteRows, type Definition, type InputSpec, isByteRows } from '../engine';
import {
  type AttributeValue,
  DATA_TYPE,
  type DataType,
  externalTensor,
  type GraphProto,
  inlineTensor,
  node,
  type NodeProto,
  type TensorProto,
  valueInfo,
} from './model';
import { constantName, inputName, outputName } from './names';
import { broadcast, reduced, reshaped, resized, type Shape, totalSize } from './shapes';

/** A value of the graph under construction. */
interface Value {
  readonly name: string;
  readonly type: DataType;
  readonly shape: Shape;
}

/** Nodes and constants of one graph; the body of a scan is a graph within a graph. */
interface Scope {
  readonly nodes: NodeProto[];
  readonly initialisers: TensorProto[];
}

/** Of a node's output what differs from its first input, and the node's attributes. */
interface Application {
  readonly attributes?: Record<string, AttributeValue>;
  readonly type?: DataType;
  readonly shape?: Shape;
}

/** ONNX Runtime's product sums the inner index in groups of so many … */
const GROUP = 128;
/** … or of more, where one thread has no more than so many columns. */
const NARROW = 64;
/** Threads of the engine, at most. */
export const MOST_THREADS = 12;

/**
 * Whether a product's rounding would depend on the number of threads: they share the columns where there are more of them than rows, and
 * a thread with few columns groups its sums in another way. Its transpose has more rows than columns, so that the threads share the rows,
 * each of which is summed the same way on any thread. Measured to the last bit with ONNX Runtime 1.30.
 */
function dependsOnThreads(rows: number | string, inner: number | string, columns: number | string): boolean {
  if (typeof rows !== 'number' || typeof inner !== 'number' || typeof columns !== 'number') return false;
  return inner > GROUP && rows < columns && columns < (NARROW + 16) * MOST_THREADS; // threads get columns in blocks of 16
}

/** Floating-point operations of a product [rows × inner] [inner × columns]; infinitely many where a size may vary. */
function productOperations(...sizes: readonly (number | string)[]): number {
  return sizes.reduce<number>((product, size) => (typeof size === 'number' ? product * size : Infinity), 2);
}

/**
 * The algebra that computes nothing and writes down what would be computed, as nodes of an ONNX graph (opset 17).
 * Names are given in order, so the same definition always gives the same graph.
 */
class Tracer implements Algebra<Value> {
  private current: Scope = { nodes: [], initialisers: [] };
  private readonly outermost = this.current;
  private names = 0;
  /** Floating-point operations of the largest matrix product so far; infinite where a size may vary. */
  largestProduct = 0;

  constructor(private readonly precision: Precision) {}

  /** Everything recorded outside of scans. */
  get recorded(): Scope {
    return this.outermost;
  }

  private fresh(): string {
    return `v${this.names++}`;
  }

  private apply(opType: string, inputs: readonly Value[], { attributes, type = inputs[0].type, shape = inputs[0].shape }: Application = {}): Value {
    const output: Value = { name: this.fresh(), type, shape };
    this.current.nodes.push(node(opType, inputs.map(({ name }) => name), [output.name], attributes));
    return output;
  }

  private elementwise = (opType: string, a: Value, b: Value, type = a.type) => this.apply(opType, [a, b], { type, shape: broadcast(a.shape, b.shape) });

  private constant(shape: readonly number[], type: DataType, data: ArrayBufferView): Value {
    const value: Value = { name: this.fresh(), type, shape };
    this.outermost.initialisers.push(inlineTensor(value.name, shape, type, data));
    return value;
  }

  private integers(values: readonly number[]): Value {
    return this.constant([values.length], 'int64', BigInt64Array.from(values, BigInt));
  }

  scalar(value: number): Value {
    return this.constant([], this.precision, this.precision === 'float32' ? Float32Array.of(value) : Float64Array.of(value));
  }

  add = (a: Value, b: Value) => this.elementwise('Add', a, b);
  sub = (a: Value, b: Value) => this.elementwise('Sub', a, b);
  mul = (a: Value, b: Value) => this.elementwise('Mul', a, b);
  div = (a: Value, b: Value) => this.elementwise('Div', a, b);
  relu = (x: Value) => this.apply('Relu', [x]);
  reluGradient = (upstream: Value, output: Value) => this.apply('Where', [this.elementwise('Greater', output, this.scalar(0), 'bool'), upstream, this.scalar(0)], { type: upstream.type, shape: upstream.shape });
  sign = (x: Value) => this.apply('Sign', [x]);
  abs = (x: Value) => this.apply('Abs', [x]);
  exp = (x: Value) => this.apply('Exp', [x]);
  log = (x: Value) => this.apply('Log', [x]);
  sqrt = (x: Value) => this.apply('Sqrt', [x]);
  equal = (a: Value, b: Value) => this.float(this.elementwise('Equal', a, b, 'bool'));

  matmul = (a: Value, b: Value, options?: MatmulOptions) => this.product(a, b, undefined, options);
  matmulAdd = (a: Value, b: Value, c: Value, options?: MatmulOptions) => this.product(a, b, c, options);

  private product(a: Value, b: Value, c: Value | undefined, { transposeA = false, transposeB = false }: MatmulOptions = {}): Value {
    const [rows, inner] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const columns = transposeB ? b.shape[0] : b.shape[1];
    this.largestProduct = Math.max(this.largestProduct, productOperations(rows, inner, columns));
    if (!dependsOnThreads(rows, inner, columns)) return this.gemm(c === undefined ? [a, b] : [a, b, c], transposeA, transposeB, [rows, columns]);
    const transposed = this.transpose(this.gemm([b, a], !transposeB, !transposeA, [columns, rows])); // (bᵀ aᵀ)ᵀ
    return c === undefined ? transposed : this.add(transposed, c);
  }

  private gemm(inputs: readonly Value[], transposeA: boolean, transposeB: boolean, shape: Shape): Value {
    return this.apply('Gemm', inputs, { attributes: { transA: { i: Number(transposeA) }, transB: { i: Number(transposeB) } }, shape });
  }

  transpose = (x: Value) => this.apply('Transpose', [x], { shape: [...x.shape].reverse() });
  reshape = (x: Value, shape: readonly number[]) => this.apply('Reshape', [x, this.integers(shape)], { shape: reshaped(x.shape, shape) });

  concat(parts: readonly Value[], axis: number): Value {
    return this.apply('Concat', parts, { attributes: { axis: { i: axis } }, shape: resized(parts[0].shape, axis, totalSize(parts.map(({ shape }) => shape[axis]))) });
  }

  split(x: Value, sizes: readonly number[], axis: number): Value[] {
    const outputs = sizes.map((size): Value => ({ name: this.fresh(), type: x.type, shape: resized(x.shape, axis, size) }));
    this.current.nodes.push(node('Split', [x.name, this.integers(sizes).name], outputs.map(({ name }) => name), { axis: { i: axis } }));
    return outputs;
  }

  sum(x: Value, axis?: number, keepDimension = false): Value {
    const axes = axis === undefined ? [] : [this.integers([axis])]; // an input since opset 13
    return this.apply('ReduceSum', [x, ...axes], { attributes: { keepdims: { i: Number(keepDimension) } }, shape: reduced(x.shape, axis, keepDimension) });
  }

  mean = (x: Value, axis?: number, keepDimension = false) => this.reduce('ReduceMean', x, axis, keepDimension);
  max = (x: Value, axis: number, keepDimension = false) => this.reduce('ReduceMax', x, axis, keepDimension);

  private reduce(opType: string, x: Value, axis: number | undefined, keepDimension: boolean): Value {
    const attributes = { ...(axis !== undefined && { axes: { ints: [axis] } }), keepdims: { i: Number(keepDimension) } };
    return this.apply(opType, [x], { attributes, shape: reduced(x.shape, axis, keepDimension) });
  }

  argMax = (x: Value) => this.apply('ArgMax', [x], { attributes: { axis: { i: -1 }, keepdims: { i: 0 } }, type: 'int64', shape: x.shape.slice(0, -1) });
  softmax = (x: Value) => this.apply('Softmax', [x], { attributes: { axis: { i: -1 } } });
  logSoftmax = (x: Value) => this.apply('LogSoftmax', [x], { attributes: { axis: { i: -1 } } });

  gather = (x: Value, indices: Value) => this.apply('Gather', [x, indices], { shape: [...indices.shape, ...x.shape.slice(1)] });

  /** A column of zeros behind the last one: where an index is −1, ONNX counts from there. */
  rearrange(x: Value, table: Value, choices: Value): Value {
    const chosen = this.gather(table, choices);
    const padded = this.apply('Pad', [x, this.integers([0, 0, 0, 1])], { shape: [x.shape[0], totalSize([x.shape[1], 1])] });
    return this.apply('GatherElements', [padded, chosen], { attributes: { axis: { i: 1 } }, shape: chosen.shape });
  }

  float(x: Value): Value {
    // The same numbers as by Cast, which is slower: it computes on one thread only.
    if (x.type === 'byte' && this.precision === 'float32') return this.apply('DequantizeLinear', [x, this.scalar(1)], { type: 'float32' });
    return this.apply('Cast', [x], { attributes: { to: { i: DATA_TYPE[this.precision] } }, type: this.precision });
  }

  oneHot(labels: Value, classes: number): Value {
    const identity = new (this.precision === 'float32' ? Float32Array : Float64Array)(classes * classes);
    for (let c = 0; c < classes; c++) identity[c * (classes + 1)] = 1;
    return this.gather(this.constant([classes, classes], this.precision, identity), labels);
  }

  scan(state: Tensors<Value>, sequences: Tensors<Value>, body: (state: Tensors<Value>, row: Tensors<Value>) => ScanStep<Value>): ScanStep<Value> {
    const renamed = (value: Value, shape = value.shape): Value => ({ name: this.fresh(), type: value.type, shape });
    const before = mapTensors(state, (value) => renamed(value));
    const row = mapTensors(sequences, (value) => renamed(value, value.shape.slice(1)));
    const enclosing = this.current;
    this.current = { nodes: [], initialisers: [] };
    const after = body(before, row);
    const stateNames = Object.keys(state);
    const outputNames = Object.keys(after.outputs);
    const results = this.ownResults([...stateNames.map((name) => after.state[name]), ...outputNames.map((name) => after.outputs[name])]);
    const graph: GraphProto = {
      name: 'body',
      node: this.current.nodes,
      initializer: this.current.initialisers,
      input: [...Object.values(before), ...Object.values(row)].map(({ name, type }) => valueInfo(name, type)),
      output: results.map(({ name, type }) => valueInfo(name, type)),
    };
    this.current = enclosing;
    const [steps] = Object.values(sequences)[0].shape;
    const outputs = results.map((value, index) => renamed(value, index < stateNames.length ? value.shape : [steps, ...value.shape]));
    this.current.nodes.push(
      node(
        'Scan',
        [...Object.values(state), ...Object.values(sequences)].map(({ name }) => name),
        outputs.map(({ name }) => name),
        { body: { g: graph }, num_scan_inputs: { i: Object.keys(sequences).length } },
      ),
    );
    const named = (names: readonly string[], from: number) => Object.fromEntries(names.map((name, index) => [name, outputs[from + index]]));
    return { state: named(stateNames, 0), outputs: named(outputNames, stateNames.length) };
  }

  /** A body's outputs must each be made by a node of its own: what it hands through goes by way of Identity. */
  private ownResults(results: readonly Value[]): Value[] {
    const free = new Set(this.current.nodes.flatMap(({ output }) => output));
    return results.map((value) => (free.delete(value.name) ? value : this.apply('Identity', [value])));
  }

  scope = <R extends Tensors<Value>>(compute: () => R): R => compute();
}

export interface TracedGraph {
  readonly graph: GraphProto;
  /** The names of the outputs, as the definition gave them. */
  readonly outputs: readonly string[];
  /** Floating-point operations of its largest matrix product; infinite where a size may vary. */
  readonly largestProduct: number;
}

function initialiser(name: string, constant: HostTensor | ByteRows, precision: Precision, location: (rows: ByteRows) => string): TensorProto {
  if (isByteRows(constant)) return externalTensor(name, [constant.rows, constant.width], location(constant));
  const { shape, data } = constant;
  if (data instanceof Uint8Array) return inlineTensor(name, shape, 'byte', data);
  if (data instanceof Int32Array) return inlineTensor(name, shape, 'int32', data);
  return inlineTensor(name, shape, precision, precision === 'float32' ? Float32Array.from(data) : Float64Array.from(data));
}

function constantType(constant: HostTensor | ByteRows, precision: Precision): DataType {
  if (isByteRows(constant) || constant.data instanceof Uint8Array) return 'byte';
  return constant.data instanceof Int32Array ? 'int32' : precision;
}

/**
 * Records what a definition computes.
 *
 * @param location where the model will find the bytes of a file, relative to itself
 */
export function trace(definition: Definition, precision: Precision, location: (rows: ByteRows) => string): TracedGraph {
  const tracer = new Tracer(precision);
  const typeOf = (type: InputSpec['type']): DataType => ({ float: precision, int: 'int32', byte: 'byte' } as const)[type];
  const inputs = mapTensors(definition.inputs, ({ type, shape }, name): Value => ({ name: inputName(name), type: typeOf(type), shape }));
  const constants = mapTensors(definition.constants, (constant, name): Value => ({ name: constantName(name), type: constantType(constant, precision), shape: isByteRows(constant) ? [constant.rows, constant.width] : constant.shape }));
  const results = Object.entries(definition.compute(tracer, inputs, constants));
  const { nodes, initialisers } = tracer.recorded;
  const graph: GraphProto = {
    name: definition.name,
    node: [...nodes, ...results.map(([name, value]) => node('Identity', [value.name], [outputName(name)]))],
    initializer: [
      ...Object.entries(definition.constants).map(([name, constant]) => initialiser(constantName(name), constant, precision, location)),
      ...initialisers,
    ],
    input: Object.entries(definition.inputs).map(([name, { type, shape }]) => valueInfo(inputName(name), typeOf(type), shape)),
    output: results.map(([name, value]) => valueInfo(outputName(name), value.type)),
  };
  return { graph, outputs: results.map(([name]) => name), largestProduct: tracer.largestProduct };
}
