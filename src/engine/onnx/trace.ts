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

/** A value of the graph under construction. */
interface Value {
  readonly name: string;
  readonly type: DataType;
}

/** Nodes and constants of one graph; the body of a scan is a graph within a graph. */
interface Scope {
  readonly nodes: NodeProto[];
  readonly initialisers: TensorProto[];
}

/**
 * The algebra that computes nothing and writes down what would be computed, as nodes of an ONNX graph (opset 17).
 * Names are given in order, so the same definition always gives the same graph.
 */
class Tracer implements Algebra<Value> {
  private current: Scope = { nodes: [], initialisers: [] };
  private readonly outermost = this.current;
  private names = 0;

  constructor(private readonly precision: Precision) {}

  /** Everything recorded outside of scans. */
  get recorded(): Scope {
    return this.outermost;
  }

  private fresh(): string {
    return `v${this.names++}`;
  }

  private apply(opType: string, inputs: readonly Value[], attributes?: Record<string, AttributeValue>, type = inputs[0].type): Value {
    const output: Value = { name: this.fresh(), type };
    this.current.nodes.push(node(opType, inputs.map(({ name }) => name), [output.name], attributes));
    return output;
  }

  private constant(dims: readonly number[], type: DataType, data: ArrayBufferView): Value {
    const value: Value = { name: this.fresh(), type };
    this.outermost.initialisers.push(inlineTensor(value.name, dims, type, data));
    return value;
  }

  private integers(values: readonly number[]): Value {
    return this.constant([values.length], 'int64', BigInt64Array.from(values, BigInt));
  }

  scalar(value: number): Value {
    return this.constant([], this.precision, this.precision === 'float32' ? Float32Array.of(value) : Float64Array.of(value));
  }

  add = (a: Value, b: Value) => this.apply('Add', [a, b]);
  sub = (a: Value, b: Value) => this.apply('Sub', [a, b]);
  mul = (a: Value, b: Value) => this.apply('Mul', [a, b]);
  div = (a: Value, b: Value) => this.apply('Div', [a, b]);
  relu = (x: Value) => this.apply('Relu', [x]);
  sign = (x: Value) => this.apply('Sign', [x]);
  abs = (x: Value) => this.apply('Abs', [x]);
  exp = (x: Value) => this.apply('Exp', [x]);
  log = (x: Value) => this.apply('Log', [x]);
  sqrt = (x: Value) => this.apply('Sqrt', [x]);
  equal = (a: Value, b: Value) => this.float(this.apply('Equal', [a, b], {}, 'bool'));

  matmul(a: Value, b: Value, { transposeA = false, transposeB = false }: MatmulOptions = {}): Value {
    return this.apply('Gemm', [a, b], { transA: { i: Number(transposeA) }, transB: { i: Number(transposeB) } });
  }

  matmulAdd(a: Value, b: Value, c: Value, { transposeA = false, transposeB = false }: MatmulOptions = {}): Value {
    return this.apply('Gemm', [a, b, c], { transA: { i: Number(transposeA) }, transB: { i: Number(transposeB) } });
  }

  transpose = (x: Value) => this.apply('Transpose', [x]);
  reshape = (x: Value, shape: readonly number[]) => this.apply('Reshape', [x, this.integers(shape)]);

  sum(x: Value, axis?: number, keepDimension = false): Value {
    const axes = axis === undefined ? [] : [this.integers([axis])]; // an input since opset 13
    return this.apply('ReduceSum', [x, ...axes], { keepdims: { i: Number(keepDimension) } });
  }

  mean = (x: Value, axis?: number, keepDimension = false) => this.reduce('ReduceMean', x, axis, keepDimension);
  max = (x: Value, axis: number, keepDimension = false) => this.reduce('ReduceMax', x, axis, keepDimension);

  private reduce(opType: string, x: Value, axis: number | undefined, keepDimension: boolean): Value {
    return this.apply(opType, [x], { ...(axis !== undefined && { axes: { ints: [axis] } }), keepdims: { i: Number(keepDimension) } });
  }

  argMax = (x: Value) => this.apply('ArgMax', [x], { axis: { i: -1 }, keepdims: { i: 0 } }, 'int64');
  softmax = (x: Value) => this.apply('Softmax', [x], { axis: { i: -1 } });
  logSoftmax = (x: Value) => this.apply('LogSoftmax', [x], { axis: { i: -1 } });

  gather = (x: Value, indices: Value) => this.apply('Gather', [x, indices]);

  /** A column of zeros behind the last one: where an index is −1, ONNX counts from there. */
  rearrange(x: Value, table: Value, choices: Value): Value {
    const padded = this.apply('Pad', [x, this.integers([0, 0, 0, 1])]);
    return this.apply('GatherElements', [padded, this.gather(table, choices)], { axis: { i: 1 } });
  }

  float = (x: Value) => this.apply('Cast', [x], { to: { i: DATA_TYPE[this.precision] } }, this.precision);

  oneHot(labels: Value, classes: number): Value {
    const identity = new (this.precision === 'float32' ? Float32Array : Float64Array)(classes * classes);
    for (let c = 0; c < classes; c++) identity[c * (classes + 1)] = 1;
    return this.gather(this.constant([classes, classes], this.precision, identity), labels);
  }

  scan(state: Tensors<Value>, sequences: Tensors<Value>, body: (state: Tensors<Value>, row: Tensors<Value>) => ScanStep<Value>): ScanStep<Value> {
    const renamed = (value: Value): Value => ({ name: this.fresh(), type: value.type });
    const before = mapTensors(state, renamed);
    const row = mapTensors(sequences, renamed);
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
    const outputs = results.map(renamed);
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

/** Inputs and constants get names that the recorded values (v0, v1, …) cannot have. */
export const inputName = (name: string) => `in.${name}`;
const constantName = (name: string) => `const.${name}`;
export const isConstantName = (name: string) => name.startsWith(constantName(''));
export const outputName = (name: string) => `out.${name}`;
/** An input's, constant's or output's name as the definition gave it. */
export const definedName = (name: string) => name.replace(/^(in|const|out)\./, '');

export interface TracedGraph {
  readonly graph: GraphProto;
  /** The names of the outputs, as the definition gave them. */
  readonly outputs: readonly string[];
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
  const inputs = mapTensors(definition.inputs, ({ type }, name): Value => ({ name: inputName(name), type: typeOf(type) }));
  const constants = mapTensors(definition.constants, (constant, name): Value => ({ name: constantName(name), type: constantType(constant, precision) }));
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
  return { graph, outputs: results.map(([name]) => name) };
}
