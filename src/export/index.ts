export type { ExportNotes } from './notes';
export { exportOnnx, type ExportOnnxOptions } from './onnx';
export { exportSafetensors } from './safetensors';
export { exportTensorFlowJs, type TensorFlowJsFiles } from './tensorflow-js';
