import type { Engine } from '../../engine/engine';
import { loadRuntime } from '../../engine/onnx/session';
import { openEngine } from '../../engine/select-engine';

/**
 * The engine to compute gradients with that others are held against: the given one, else 'onnx' in float64, or 'reference' where
 * ONNX Runtime has no binary. The environment's choice of a training engine plays no part.
 *
 * @throws RangeError if the given engine computes in float32
 */
export async function openFloat64Engine(given?: Engine): Promise<Engine> {
  if (given === undefined) return openEngine({ name: hasOnnx() ? 'onnx' : 'reference', precision: 'float64' });
  if (given.precision !== 'float64') throw new RangeError(`numerical gradients need float64, and the engine '${given.name}' was opened in ${given.precision}; openEngine({ name: 'onnx', precision: 'float64' }) would be right`);
  return given;
}

export function hasOnnx(): boolean {
  try {
    loadRuntime();
    return true;
  } catch {
    return false;
  }
}
