import { createHash } from 'node:crypto';
import type { Precision } from '../../network/host-tensor';
import type { Definition } from '../engine';
import { encodeModel } from './model';
import { isConstantName } from './names';
import { trace } from './trace';

/**
 * The version of the mathematics: SHA-256, in hex, of the graphs that definitions trace to, without the data that they are
 * given as constants. It changes with every change of what is computed, so nobody has to remember to raise it. ONNX Runtime
 * is not needed.
 */
export function mathematicsVersion(definitions: readonly Definition[], precision: Precision): string {
  const hash = createHash('sha256');
  for (const definition of definitions) {
    const { graph } = trace(definition, precision, () => '');
    const model = encodeModel({ ...graph, initializer: graph.initializer.filter(({ name }) => !isConstantName(name)) });
    hash.update(`${model.length} `).update(model); // with its length, so that no two lists of graphs look alike
  }
  return hash.digest('hex');
}
