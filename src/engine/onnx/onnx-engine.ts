import './no-telemetry';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { sync as writeFileAtomic } from 'write-file-atomic';
import { type HostTensor, type Precision, toPrecision } from '../../network/host-tensor';
import { type Definition, type Engine, isByteRows, type Program, requireInputs } from '../engine';
import { encodeModel } from './model';
import { inputName, MOST_THREADS, outputName, trace } from './trace';

type Runtime = typeof import('onnxruntime-node');

export interface OnnxOptions {
  readonly precision?: Precision;
  /** Threads within one call, at most `MOST_THREADS`. Default: one per core. */
  readonly threads?: number;
}

/** The engine that records a program once as an ONNX graph and runs it with ONNX Runtime. */
export function onnxEngine({ precision = 'float32', threads = Math.min(availableParallelism(), MOST_THREADS) }: OnnxOptions = {}): Engine {
  const runtime = loadRuntime();
  const sessionOptions: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3, // unused initialisers are no news
    // Between two operations of a call, threads wait in a busy loop for a moment: waking them takes longer. Longer loops, or loops of more
    // threads than there are cores, cost twice the time on a machine that has other work.
    extra: {
      session: { intra_op: { allow_spinning: threads <= availableParallelism() ? '1' : '0', spin_duration_us: '100' }, force_spinning_stop: '1' },
      // It would turn the products around again that the trace turned around so that no number of threads changes their bytes.
      optimization: { disable_specified_optimizers: 'GemmTransposeFusion' },
    },
  };
  return {
    name: 'onnx',
    precision,
    description: `ONNX Runtime ${runtime.env.versions.node ?? ''}, ${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    async compile(definition) {
      const { graph, outputs } = trace(definition, precision, ({ path }) => basename(path));
      const session = await open(runtime, definition, encodeModel(graph), sessionOptions);
      return program(runtime, definition, session, { precision, outputs });
    },
  };
}

/** ONNX Runtime's package, or an error that says what to do where it has no binary (macOS on Intel, musl). */
export function loadRuntime(): Runtime {
  try {
    return require('onnxruntime-node') as Runtime;
  } catch (error) {
    throw new Error(`ONNX Runtime has no binary for ${process.platform}-${process.arch}: use the engine 'tfjs' instead (${(error as Error).message})`, { cause: error });
  }
}

/** ONNX Runtime maps a file of bytes into memory only for a model that lies beside it. */
function open(runtime: Runtime, definition: Definition, model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> {
  const folders = new Set(Object.values(definition.constants).filter(isByteRows).map(({ path }) => dirname(path)));
  if (folders.size > 1) throw new Error(`${definition.name}: its files of bytes must lie in one folder, not in ${[...folders].join(' and ')}`);
  const [folder] = folders;
  return folder === undefined ? runtime.InferenceSession.create(model, options) : runtime.InferenceSession.create(writeModel(folder, model), options);
}

/**
 * Writes a model into a folder under a name made of its content, and returns the path. A model that is there already is not
 * written again, so any number of processes share it.
 */
function writeModel(folder: string, model: Uint8Array): string {
  const path = join(folder, `${createHash('sha256').update(model).digest('hex').slice(0, 32)}.onnx`);
  if (!existsSync(path)) writeFileAtomic(path, Buffer.from(model));
  return path;
}

interface Prepared {
  readonly precision: Precision;
  /** Names of the outputs, as the definition gave them. */
  readonly outputs: readonly string[];
}

function program(runtime: Runtime, definition: Definition, session: InferenceSession, { precision, outputs }: Prepared): Program {
  return {
    async run(inputs) {
      requireInputs(definition, inputs);
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [inputName(name), feed(runtime, tensor, precision)]));
      const fetched = await session.run(feeds);
      return Object.fromEntries(outputs.map((name) => [name, read(fetched[outputName(name)])]));
    },
    dispose: () => session.release(),
  };
}

/** A host tensor as ONNX Runtime's, without a copy where the precision is right already. */
function feed(runtime: Runtime, { shape, data }: HostTensor, precision: Precision): Tensor {
  if (data instanceof Int32Array) return new runtime.Tensor('int32', data, shape);
  if (data instanceof Uint8Array) return new runtime.Tensor('uint8', data, shape);
  return new runtime.Tensor(precision, toPrecision(data, precision), shape);
}

function read({ dims, data }: Tensor): HostTensor {
  const numbers = data instanceof BigInt64Array ? Int32Array.from(data, Number) : (data as HostTensor['data']);
  return { shape: dims, data: numbers };
}
