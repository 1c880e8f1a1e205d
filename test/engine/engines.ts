import { onnxEngine } from '../../src/engine/onnx/onnx-engine';
import { tfjsEngine } from '../../src/engine/tfjs/tfjs-engine';
import { referenceEngine } from '../../src/engine/reference/reference-engine';

/** Every engine in every precision, for the suites that all of them must pass. */
export const engines = [
  { name: 'onnx float32', open: async () => onnxEngine() },
  { name: 'onnx float64', open: async () => onnxEngine({ precision: 'float64' }) },
  { name: 'tfjs float32', open: tfjsEngine },
  { name: 'reference', open: async () => referenceEngine() },
] as const;
