import type * as TensorFlow from '@tensorflow/tfjs';
import type { Algebra, MatmulOptions, ScanStep, Tensors } from '../../network/algebra';
import { elements, type HostTensor } from '../../network/host-tensor';

/** Bytes in JavaScript's memory: TensorFlow.js has no type for them. */
export class Bytes {
  constructor(readonly held: HostTensor) {}

  /** Views of the parts along the first axis. */
  rows(): Bytes[] {
    const [count, ...shape] = this.held.shape;
    const size = elements(shape);
    return Array.from({ length: count }, (_, n) => new Bytes({ shape, data: this.held.data.subarray(n * size, (n + 1) * size) }));
  }
}

export type TfjsValue = TensorFlow.Tensor | Bytes;

/** The product on WebAssembly puts its second operand into another order first, which takes so many times as long as to transpose it. */
const PACKING = 3;

/** The algebra on TensorFlow.js, computing at once. */
export function tfjsAlgebra(tf: typeof TensorFlow): Algebra<TfjsValue> {
  type Unary = (x: TensorFlow.Tensor) => TensorFlow.Tensor;
  type Binary = (a: TensorFlow.Tensor, b: TensorFlow.Tensor) => TensorFlow.Tensor;
  const unary = (f: Unary) => (x: TfjsValue) => f(tensor(x));
  const binary = (f: Binary) => (a: TfjsValue, b: TfjsValue) => f(tensor(a), tensor(b));

  /** Transposes first: the product's own transposed forms are 10 to 50 times slower on WebAssembly. */
  function matmul(a: TfjsValue, b: TfjsValue, { transposeA = false, transposeB = false }: MatmulOptions = {}): TensorFlow.Tensor {
    const [p, q] = [tensor(a) as TensorFlow.Tensor2D, tensor(b) as TensorFlow.Tensor2D];
    const turn = (x: TensorFlow.Tensor2D, transposed: boolean) => (transposed ? tf.transpose(x) : x);
    const moved = (x: TensorFlow.Tensor2D, transposed: boolean) => (transposed ? x.size : 0);
    const size = p.shape[transposeA ? 1 : 0] * q.shape[transposeB ? 0 : 1];
    const direct = moved(p, transposeA) + moved(q, transposeB) + PACKING * q.size;
    const turned = moved(p, !transposeA) + moved(q, !transposeB) + PACKING * p.size + size; // (bᵀ aᵀ)ᵀ
    if (turned < direct) return tf.transpose(tf.matMul(turn(q, !transposeB), turn(p, !transposeA)));
    return tf.matMul(turn(p, transposeA), turn(q, transposeB));
  }

  function scan(state: Tensors<TfjsValue>, sequences: Tensors<TfjsValue>, body: (state: Tensors<TfjsValue>, row: Tensors<TfjsValue>) => ScanStep<TfjsValue>): ScanStep<TfjsValue> {
    const rows = Object.entries(sequences).map(([name, sequence]) => [name, sequence instanceof Bytes ? sequence.rows() : tf.unstack(sequence)] as const);
    const outputs: Tensors<TfjsValue>[] = [];
    let current = state;
    for (let n = 0; n < rows[0][1].length; n++) {
      const before = current;
      const kept = scope(() => {
        const step = body(before, Object.fromEntries(rows.map(([name, parts]) => [name, parts[n]])));
        return { ...prefixed('state.', step.state), ...prefixed('output.', step.outputs) };
      });
      current = unprefixed('state.', kept);
      outputs.push(unprefixed('output.', kept));
      if (before !== state) release(before, current);
    }
    const names = Object.keys(outputs[0] ?? {});
    return { state: current, outputs: Object.fromEntries(names.map((name) => [name, tf.stack(outputs.map((output) => tensor(output[name])))])) };
  }

  const gatherBytes = bytesGatherer(tf);

  function scope<R extends Tensors<TfjsValue>>(compute: () => R): R {
    return tf.tidy(() => compute() as TensorFlow.TensorContainer) as R;
  }

  return {
    scalar: (value) => tf.scalar(value, 'float32'),
    add: binary(tf.add),
    sub: binary(tf.sub),
    mul: binary(tf.mul),
    div: binary(tf.div),
    relu: unary(tf.relu),
    reluGradient: binary((upstream, output) => tf.mul(upstream, tf.step(output))),
    // tf.sign is 0 for small numbers on WebAssembly.
    sign: unary((x) => tf.sub(tf.step(x), tf.step(tf.neg(x)))),
    abs: unary(tf.abs),
    exp: unary(tf.exp),
    log: unary(tf.log),
    sqrt: unary(tf.sqrt),
    equal: (a, b) => tf.cast(tf.equal(tensor(a), tensor(b)), 'float32'),
    matmul,
    matmulAdd: (a, b, c, options) => tf.add(matmul(a, b, options), tensor(c)),
    transpose: unary((x) => tf.transpose(x)),
    reshape: (x, shape) => tf.reshape(tensor(x), [...shape]),
    concat: (parts, axis) => tf.concat(parts.map(tensor), axis),
    split: (x, sizes, axis) => tf.split(tensor(x), [...sizes], axis),
    sum: (x, axis, keepDimension = false) => tf.sum(tensor(x), axis, keepDimension),
    mean: (x, axis, keepDimension = false) => tf.mean(tensor(x), axis, keepDimension),
    max: (x, axis, keepDimension = false) => tf.max(tensor(x), axis, keepDimension),
    argMax: (x) => tf.argMax(tensor(x), -1),
    softmax: unary((x) => tf.softmax(x)),
    logSoftmax: unary((x) => tf.logSoftmax(x)),
    gather: (x, indices) => (x instanceof Bytes ? gatherBytes(x.held, tensor(indices)) : tf.gather(x, tensor(indices) as TensorFlow.Tensor1D)),
    rearrange: (x, table, choices) => rearrange(tf, tensor(x), tensor(table), tensor(choices)),
    float: (x) => (x instanceof Bytes ? tf.tensor(Float32Array.from(x.held.data), [...x.held.shape], 'float32') : tf.cast(x, 'float32')),
    oneHot: (labels, classes) => tf.cast(tf.oneHot(tensor(labels) as TensorFlow.Tensor1D, classes), 'float32'),
    scan,
    scope,
  };
}

function tensor(value: TfjsValue): TensorFlow.Tensor {
  if (value instanceof Bytes) throw new TypeError('bytes can only be gathered or made floating-point numbers');
  return value;
}

/** Copies rows of bytes into floating-point tensors. */
function bytesGatherer(tf: typeof TensorFlow): (bytes: HostTensor, indices: TensorFlow.Tensor) => TensorFlow.Tensor {
  // WebAssembly copies the values of a tensor into its own memory at once. Memory that is used again is there already; that of a new array costs ten times as long as to fill it.
  const reuse = tf.getBackend() === 'wasm';
  let values = new Float32Array();
  return ({ shape, data }, indices) => {
    const width = elements(shape.slice(1));
    const size = indices.size * width;
    if (!reuse || values.length < size) values = new Float32Array(size);
    const gathered = values.subarray(0, size);
    indices.dataSync().forEach((row, position) => {
      if (!(row >= 0 && row < shape[0])) throw new RangeError(`row ${row} is outside of the ${shape[0]} rows`);
      gathered.set(data.subarray(row * width, (row + 1) * width), position * width);
    });
    return tf.tensor(gathered, [...indices.shape, ...shape.slice(1)], 'float32');
  };
}

/** In plain loops: TensorFlow.js would need several passes for it. */
function rearrange(tf: typeof TensorFlow, x: TensorFlow.Tensor, table: TensorFlow.Tensor, choices: TensorFlow.Tensor): TensorFlow.Tensor {
  const [[n, d], m] = [x.shape, table.shape[1]!];
  const [values, indices] = [x.dataSync(), table.dataSync()];
  const rearranged = new Float32Array(n * m); // 0 where no index says otherwise
  choices.dataSync().forEach((choice, row) => {
    for (let j = 0; j < m; j++) {
      const source = indices[choice * m + j];
      if (source >= 0) rearranged[row * m + j] = values[row * d + source];
    }
  });
  return tf.tensor(rearranged, [n, m], 'float32');
}

const prefixed = (prefix: string, values: Tensors<TfjsValue>) => Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));

const unprefixed = (prefix: string, values: Tensors<TfjsValue>) =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])));

/** Frees the tensors of a state that has been followed by another; what both share stays. */
function release(before: Tensors<TfjsValue>, after: Tensors<TfjsValue>): void {
  const kept = new Set(Object.values(after));
  disposeAll(Object.values(before).filter((value) => !kept.has(value)));
}

export function disposeAll(values: readonly TfjsValue[]): void {
  for (const value of values) if (!(value instanceof Bytes)) value.dispose();
}
