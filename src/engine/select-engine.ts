import type { Precision } from '../network/host-tensor';
import type { Engine, EngineName } from './engine';
import { onnxEngine } from './onnx/onnx-engine';
import { loadRuntime } from './onnx/session';
import { MOST_THREADS } from './onnx/trace';
import { referenceEngine } from './reference/reference-engine';
import { tfjsEngine } from './tfjs/tfjs-engine';

export const ENGINE_NAMES: readonly EngineName[] = ['onnx', 'tfjs', 'reference'];

export interface EngineOptions {
  /** Default: the environment variable CLR_LAB_ENGINE, else 'onnx', or 'tfjs' where ONNX Runtime has no binary. */
  readonly name?: EngineName;
  /** Default 'float32'; 'float64' on 'onnx' and 'reference' (which has no other). */
  readonly precision?: Precision;
  /** Threads of 'onnx', at most 12. Default: one per core. */
  readonly threads?: number;
  /** Where a change of engine is told. Default: standard error. */
  readonly onMessage?: (text: string) => void;
}

/**
 * The engine of that name.
 *
 * @throws RangeError for a name, precision or number of threads that no engine has
 */
export async function openEngine({ name, precision, threads, onMessage = tell }: EngineOptions = {}): Promise<Engine> {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) throw new RangeError(`threads must be a whole number from 1 to ${MOST_THREADS}, not ${threads}`);
  if (precision !== undefined && precision !== 'float32' && precision !== 'float64') throw new RangeError(`precision must be 'float32' or 'float64', not ${JSON.stringify(precision)}`);
  switch (resolveEngineName(name, onMessage)) {
    case 'onnx':
      return onnxEngine({ precision, threads });
    case 'tfjs':
      if (precision === 'float64') throw new RangeError("the engine 'tfjs' computes in float32 only; for float64 take 'onnx' or 'reference'");
      return tfjsEngine();
    case 'reference':
      if (precision === 'float32') throw new RangeError("the engine 'reference' computes in float64 only; for float32 take 'onnx' or 'tfjs'");
      return referenceEngine();
  }
}

/** The name itself, else that of CLR_LAB_ENGINE, else 'onnx', or 'tfjs' where ONNX Runtime has no binary. */
export function resolveEngineName(name?: EngineName, onMessage: (text: string) => void = tell): EngineName {
  return name === undefined ? (engineFromEnvironment() ?? defaultEngine(onMessage)) : requireEngineName(name);
}

function engineFromEnvironment(): EngineName | undefined {
  const name = process.env.CLR_LAB_ENGINE;
  if (name === undefined || name === '') return undefined;
  return requireEngineName(name);
}

/** The name itself, if there is an engine of that name; else a RangeError that lists them. */
export function requireEngineName(name: string): EngineName {
  if (ENGINE_NAMES.includes(name as EngineName)) return name as EngineName;
  throw new RangeError(`unknown engine '${name}': the engines are ${ENGINE_NAMES.map((known) => `'${known}'`).join(', ')}`);
}

function defaultEngine(onMessage: (text: string) => void): EngineName {
  try {
    loadRuntime();
    return 'onnx';
  } catch (error) {
    onMessage(`${(error as Error).message}. Training with 'tfjs'.`);
    return 'tfjs';
  }
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
