import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { sync as writeFileAtomic } from 'write-file-atomic';
import type { Precision } from '../../network/host-tensor';
import { type Definition, type Engine, isByteRows, requireInputs } from '../engine';
import { asideSession } from './aside';
import { encodeModel } from './model';
import { loadRuntime, openSession, type SessionPlan } from './session';
import { MOST_THREADS, trace } from './trace';

export interface OnnxOptions {
  readonly precision?: Precision;
  /** Threads that compute at a time, at most `MOST_THREADS`. Default: one per core. */
  readonly threads?: number;
}

/**
 * Floating-point operations of a matrix product that is worth sharing between threads. Around a smaller one, what the threads of ONNX Runtime
 * hand to each other takes longer than they save, all the more where the cores share no cache.
 */
const WORTH_SHARING = 6e7;

/** The engine that records a program once as an ONNX graph and runs it with ONNX Runtime. */
export function onnxEngine({ precision = 'float32', threads = Math.min(availableParallelism(), MOST_THREADS) }: OnnxOptions = {}): Engine {
  const runtime = loadRuntime();
  return {
    name: 'onnx',
    precision,
    description: `ONNX Runtime ${runtime.env.versions.node ?? ''}, ${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    lanes: threads,
    async compile(definition, { aside = false } = {}) {
      const { graph, outputs, largestProduct } = trace(definition, precision, ({ path }) => basename(path));
      const lanes = aside ? threads : 1;
      const within = lanes > 1 || largestProduct < WORTH_SHARING ? 1 : threads;
      const plan: SessionPlan = { model: placed(definition, encodeModel(graph)), precision, outputs, options: sessionOptions(within) };
      const session = lanes > 1 ? asideSession(plan, lanes) : await openSession(plan);
      return {
        lanes,
        async run(inputs) {
          requireInputs(definition, inputs);
          return session.run(inputs);
        },
        dispose: () => session.release(),
      };
    },
  };
}

/** @param threads that share each operation */
function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
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
}

/** The model itself, or its path where it has files: ONNX Runtime maps a file of bytes into memory only for a model that lies beside it. */
function placed(definition: Definition, model: Uint8Array): Uint8Array | string {
  const folders = new Set(Object.values(definition.constants).filter(isByteRows).map(({ path }) => dirname(path)));
  if (folders.size > 1) throw new Error(`${definition.name}: its files of bytes must lie in one folder, not in ${[...folders].join(' and ')}`);
  const [folder] = folders;
  return folder === undefined ? model : writeModel(folder, model);
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
