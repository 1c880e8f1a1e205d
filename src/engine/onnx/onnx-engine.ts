import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { sync as writeFileAtomic } from 'write-file-atomic';
import type { HostTensors, Precision } from '../../network/host-tensor';
import { type Definition, type Engine, isByteRows, requireInputs } from '../engine';
import { asideSession } from './aside';
import { fastestSession, type FastestSessionOptions } from './fastest-session';
import { encodeModel } from './model';
import { loadRuntime, openSession, type Session, type SessionPlan } from './session';
import { MOST_THREADS, trace } from './trace';

export interface OnnxOptions {
  readonly precision?: Precision;
  /** Threads that compute at a time, at most `MOST_THREADS`. Default: one per core. */
  readonly threads?: number;
}

/**
 * Floating-point operations of a program's largest matrix product: with fewer than the first number, threads of ONNX Runtime that share its operations cost more than they
 * save; with more than the second they save time. In between it depends on the caches of the cores and on what else they do, and is measured.
 */
const [TOO_SMALL, WORTH_SHARING] = [6e6, 6e7];

/** The engine that records a program once as an ONNX graph and runs it with ONNX Runtime. */
export function onnxEngine({ precision = 'float32', threads = Math.min(availableParallelism(), MOST_THREADS) }: OnnxOptions = {}): Engine {
  const runtime = loadRuntime();
  let callsAside = 0;
  const crowded = () => callsAside > 0;
  const counted = (session: Session): Session => ({
    ...session,
    async run(inputs) {
      callsAside++;
      try {
        return await session.run(inputs);
      } finally {
        callsAside--;
      }
    },
  });
  return {
    name: 'onnx',
    precision,
    description: `ONNX Runtime ${runtime.env.versions.node ?? ''}, ${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    lanes: threads,
    async compile(definition, { aside = false } = {}) {
      const { graph, outputs, largestProduct } = trace(definition, precision, ({ path }) => basename(path));
      const model = placed(definition, encodeModel(graph));
      const plan = (within: number): SessionPlan => ({ model, precision, outputs, options: sessionOptions(within) });
      const lanes = aside ? threads : 1;
      const session = lanes > 1 ? counted(asideSession(plan(1), lanes)) : await sessionHere(plan, { threads, largestProduct, workOf: workOf(definition), crowded });
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

interface SharingOptions extends Pick<FastestSessionOptions, 'workOf' | 'crowded'> {
  /** At most. */
  readonly threads: number;
  /** Floating-point operations. */
  readonly largestProduct: number;
}

/** A session in this thread, with as many threads that share its operations as are worth it. */
async function sessionHere(plan: (within: number) => SessionPlan, { threads, largestProduct, ...options }: SharingOptions): Promise<Session> {
  if (threads === 1 || largestProduct < TOO_SMALL) return openSession(plan(1));
  if (largestProduct > WORTH_SHARING) return openSession(plan(threads));
  return fastestSession(await Promise.all([openSession(plan(1)), openSession(plan(threads))]), options);
}

/** The work of a call, in the product of the sizes that vary between calls: updates, or chunks times images. */
function workOf({ inputs: specs }: Definition): (inputs: HostTensors) => number {
  return (inputs) => {
    const varying = Object.entries(specs).flatMap(([name, { shape }]) => shape.map((size, axis): [number | string, number] => [size, inputs[name].shape[axis]]));
    const sizes = new Map(varying.filter(([size]) => typeof size === 'string'));
    return [...sizes.values()].reduce((product, size) => product * size, 1);
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
