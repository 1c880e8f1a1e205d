/** Tensors by name: parameters, optimiser state, the inputs and outputs of a program. */
export type Tensors<T> = Readonly<Record<string, T>>;

/** What one step of a scan hands on, and what it leaves behind as a row of each output. */
export interface ScanStep<T> {
  readonly state: Tensors<T>;
  readonly outputs: Tensors<T>;
}

export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * The operations that the network's mathematics is written in. An engine interprets them: at once on its own
 * tensors (tfjs, reference), or by recording them as a graph that runs later (onnx).
 *
 * Elementwise operations broadcast as in NumPy. Tensors hold floating-point numbers in the engine's precision, except
 * images and masks (bytes) and labels and indices (integers), which only `gather`, `rearrange`, `float` and `oneHot` take.
 */
export interface Algebra<T> {
  /** A constant, []. */
  scalar(value: number): T;

  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  /** max(0, x). */
  relu(x: T): T;
  /** The gradient with respect to what went into a ReLU, from that with respect to its `output`: `upstream` where the output is above 0, else 0. */
  reluGradient(upstream: T, output: T): T;
  /** −1, 0 or 1. */
  sign(x: T): T;
  abs(x: T): T;
  exp(x: T): T;
  log(x: T): T;
  sqrt(x: T): T;
  /** 1 where a = b, else 0. */
  equal(a: T, b: T): T;

  /** a b, for matrices; either may be taken transposed. */
  matmul(a: T, b: T, options?: MatmulOptions): T;
  /** a b + c, one pass over the result; c broadcasts to it. */
  matmulAdd(a: T, b: T, c: T, options?: MatmulOptions): T;
  transpose(x: T): T;
  /** `shape` may hold one −1, whose size follows from the others. */
  reshape(x: T, shape: readonly number[]): T;
  /** One after another along an axis. */
  concat(parts: readonly T[], axis: number): T;
  /** The parts of these sizes along an axis, which they fill. */
  split(x: T, sizes: readonly number[], axis: number): T[];

  /** Sum along an axis, or of everything. */
  sum(x: T, axis?: number, keepDimension?: boolean): T;
  mean(x: T, axis?: number, keepDimension?: boolean): T;
  max(x: T, axis: number, keepDimension?: boolean): T;
  /** Index of the largest element along the last axis, the first of equals; integers. */
  argMax(x: T): T;
  /** Along the last axis; safe for large x. */
  softmax(x: T): T;
  /** Along the last axis; safe for large x. */
  logSoftmax(x: T): T;

  /** The rows of x with the given indices. */
  gather(x: T, indices: T): T;
  /** Each row i of x [n × d] in another order, x[i, table[choices[i], j]], or 0 where the table [v × m] has −1: [n × m]. */
  rearrange(x: T, table: T, choices: T): T;
  /** Bytes or integers as floating-point numbers. */
  float(x: T): T;
  /** Integers [n] as rows of the identity matrix [n × classes]. */
  oneHot(labels: T, classes: number): T;

  /**
   * Goes through the rows of all `sequences` at once: `body` gets the state and one row of each, and returns the next state
   * and a row of each output. Returns the last state and the outputs' rows stacked.
   */
  scan(state: Tensors<T>, sequences: Tensors<T>, body: (state: Tensors<T>, row: Tensors<T>) => ScanStep<T>): ScanStep<T>;

  /** Runs `compute` and, on an engine that computes at once, frees every tensor made in it but those returned. */
  scope<R extends Tensors<T>>(compute: () => R): R;
}
