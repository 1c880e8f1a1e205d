import type { Algebra, Tensors } from '../network/algebra';
import type { HostTensor, HostTensors, Precision } from '../network/host-tensor';

export type EngineName = 'onnx' | 'tfjs' | 'reference';

/** What an input of a program is: floating-point numbers in the engine's precision, integers, or bytes; a named size may vary. */
export interface InputSpec {
  readonly type: 'float' | 'int' | 'byte';
  readonly shape: readonly (number | string)[];
}

/** Rows of bytes in a file without header, read in place where the engine can. */
export interface ByteRows {
  readonly path: string;
  readonly rows: number;
  readonly width: number;
}

/** A pure function over the algebra, with what has to be known of its arguments beforehand. */
export interface Definition {
  /** Names the program in error messages. */
  readonly name: string;
  /** Given anew at each run. */
  readonly inputs: Tensors<InputSpec>;
  /** Given once: small tensors, and images in a file. */
  readonly constants: Tensors<HostTensor | ByteRows>;
  compute<T>(A: Algebra<T>, inputs: Tensors<T>, constants: Tensors<T>): Tensors<T>;
}

export interface CompileOptions {
  /** Run in threads beside this one, each run in one of them. Only where the engine has `lanes`. Default false: in this thread. */
  readonly aside?: boolean;
}

/** A definition made ready on one engine. */
export interface Program {
  /** How many runs can go on at once. Default 1. */
  readonly lanes?: number;
  run(inputs: HostTensors): Promise<HostTensors>;
  /** Frees what the program holds; it cannot run afterwards. */
  dispose(): Promise<void>;
}

/** An interpreter of the algebra. */
export interface Engine {
  readonly name: EngineName;
  readonly precision: Precision;
  /** What does the computing, for the labels of results: 'ONNX Runtime 1.30.0, 2 threads'. */
  readonly description: string;
  /** How many runs of a program compiled `aside` can go on at once. Default 1: they would be in this thread like any other. */
  readonly lanes?: number;
  /** Columns from which on a product gives each column the same bytes, however many there are. Default: those of ONNX Runtime. */
  readonly leastColumns?: number;
  /** Columns of a product with all pixels of a thousand images that still end a call soon. Default: as many as there are images. */
  readonly mostColumns?: number;
  /** Makes a definition ready to run. */
  compile(definition: Definition, options?: CompileOptions): Promise<Program>;
}

/** Whether a constant lies in a file. */
export function isByteRows(constant: HostTensor | ByteRows): constant is ByteRows {
  return 'path' in constant;
}

/** An error unless exactly the named inputs are given. */
export function requireInputs(definition: Definition, inputs: HostTensors): void {
  const wanted = Object.keys(definition.inputs);
  const missing = wanted.filter((name) => !(name in inputs));
  const unknown = Object.keys(inputs).filter((name) => !wanted.includes(name));
  if (missing.length === 0 && unknown.length === 0) return;
  const problems = [...missing.map((name) => `${name} is missing`), ...unknown.map((name) => `${name} is not an input`)];
  throw new TypeError(`${definition.name}: ${problems.join(', ')}; its inputs are ${wanted.join(', ')}`);
}
