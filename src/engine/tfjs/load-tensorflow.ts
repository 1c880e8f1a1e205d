import { dirname, join } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';

export interface LoadedTensorFlow {
  readonly tf: typeof TensorFlow;
  /** Which TensorFlow it is, for the labels of results. */
  readonly description: string;
}

let loaded: Promise<LoadedTensorFlow> | undefined;

/** TensorFlow.js with its fastest backend here: native TensorFlow, else WebAssembly. Loaded once. */
export function loadTensorFlow(): Promise<LoadedTensorFlow> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<LoadedTensorFlow> {
  const tf = quietly(() => require('@tensorflow/tfjs-node') as typeof TensorFlow & { isNative: boolean });
  const version = `TensorFlow.js ${tf.version_core}`;
  if (tf.isNative) return { tf, description: `${version}, native, float32` };
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js could not start its WebAssembly backend');
  await tf.ready();
  return { tf, description: `${version}, WebAssembly, float32` };
}

/** TensorFlow.js prints an advertisement for its native package when it is loaded. */
function quietly<T>(load: () => T): T {
  const { warn, log, info } = console;
  Object.assign(console, { warn() {}, log() {}, info() {} });
  try {
    return load();
  } finally {
    Object.assign(console, { warn, log, info });
  }
}
