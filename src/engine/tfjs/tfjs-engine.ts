import { readFileSync } from 'node:fs';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import type * as TensorFlow from '@tensorflow/tfjs';
import { type HostTensor, hostTensor, mapTensors, toPrecision } from '../../network/host-tensor';
import { type ByteRows, type Definition, type Engine, isByteRows, type Program, requireInputs } from '../engine';
import { loadTensorFlow } from './load-tensorflow';
import { Bytes, disposeAll, tfjsAlgebra, type TfjsValue } from './tfjs-algebra';

/** In WebAssembly, a product of a thousand images with so many columns takes about a tenth of a second. */
const MOST_COLUMNS = 200;

/**
 * The engine that computes at once with TensorFlow.js: natively where TensorFlow's library is installed, else in WebAssembly.
 * float32 only.
 */
export async function tfjsEngine(): Promise<Engine> {
  const { tf, description } = await loadTensorFlow();
  const files = new Map<string, Bytes>(); // read once for all programs
  const images = (rows: ByteRows): Bytes => {
    const bytes = files.get(rows.path) ?? readRows(rows);
    files.set(rows.path, bytes);
    return bytes;
  };
  return { name: 'tfjs', precision: 'float32', description, leastColumns: 1, mostColumns: MOST_COLUMNS, compile: async (definition) => program(tf, definition, images) };
}

function program(tf: typeof TensorFlow, definition: Definition, images: (rows: ByteRows) => Bytes): Program {
  const A = tfjsAlgebra(tf);
  const constants = mapTensors(definition.constants, (constant) => (isByteRows(constant) ? images(constant) : value(tf, constant)));
  return {
    async run(inputs) {
      requireInputs(definition, inputs);
      await eventLoopTurn(); // an abort gets in between two calls
      const given = mapTensors(inputs, (input) => value(tf, input));
      const results = A.scope(() => definition.compute(A, given, constants));
      const outputs = await Promise.all(Object.entries(results).map(async ([name, result]) => [name, await read(result as TensorFlow.Tensor)] as const));
      disposeAll([...Object.values(given), ...Object.values(results)]);
      return Object.fromEntries(outputs);
    },
    dispose: async () => disposeAll(Object.values(constants)),
  };
}

/** Images stay bytes in JavaScript's memory: a mini-batch of them becomes a tensor when it is gathered. */
function readRows({ path, rows, width }: ByteRows): Bytes {
  const { buffer, byteOffset, length } = readFileSync(path);
  return new Bytes(hostTensor([rows, width], new Uint8Array(buffer, byteOffset, length)));
}

function value(tf: typeof TensorFlow, constant: HostTensor): TfjsValue {
  const { shape, data } = constant;
  if (data instanceof Uint8Array) return new Bytes(constant);
  if (data instanceof Int32Array) return tf.tensor(data, [...shape], 'int32');
  return tf.tensor(toPrecision(data, 'float32') as Float32Array, [...shape], 'float32');
}

async function read(tensor: TensorFlow.Tensor): Promise<HostTensor> {
  return { shape: tensor.shape, data: (await tensor.data()) as Float32Array | Int32Array };
}
