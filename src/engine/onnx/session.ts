import './no-telemetry';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { type HostTensor, type HostTensors, type Precision, toPrecision } from '../../network/host-tensor';
import { inputName, outputName } from './names';

type Runtime = typeof import('onnxruntime-node');

/** A traced program, ready to be opened in any thread. */
export interface SessionPlan {
  /** The model, or the path of its file. */
  readonly model: Uint8Array | string;
  readonly precision: Precision;
  /** Names of the outputs, as the definition gave them. */
  readonly outputs: readonly string[];
  readonly options: InferenceSession.SessionOptions;
}

/** A session, by the names that the definition gave. */
export interface Session {
  run(inputs: HostTensors): Promise<HostTensors>;
  release(): Promise<void>;
}

/** ONNX Runtime's package, or an error that says what to do where it has no binary (macOS on Intel, musl). */
export function loadRuntime(): Runtime {
  try {
    return require('onnxruntime-node') as Runtime;
  } catch (error) {
    throw new Error(`ONNX Runtime has no binary for ${process.platform}-${process.arch}: use the engine 'tfjs' instead (${(error as Error).message})`, { cause: error });
  }
}

export async function openSession({ model, precision, outputs, options }: SessionPlan): Promise<Session> {
  const runtime = loadRuntime();
  const session = await (typeof model === 'string' ? runtime.InferenceSession.create(model, options) : runtime.InferenceSession.create(model, options));
  return {
    async run(inputs) {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [inputName(name), feed(runtime, tensor, precision)]));
      const fetched = await session.run(feeds);
      return Object.fromEntries(outputs.map((name) => [name, read(fetched[outputName(name)])]));
    },
    release: () => session.release(),
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
