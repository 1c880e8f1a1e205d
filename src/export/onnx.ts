import { encodeModel, type GraphProto, valueInfo } from '../engine/onnx/model';
import { definedName } from '../engine/onnx/names';
import { trace } from '../engine/onnx/trace';
import type { Model } from '../training/model';
import { inferenceDefinition } from '../training/inference';
import { type ExportNotes, notesOf, version } from './notes';

export interface ExportOnnxOptions extends ExportNotes {
  /** What the file takes: raw bytes (uint8, 0 to 255), or floats from 0 to 1 as torchvision's ToTensor makes them. Default 'bytes'. */
  readonly input?: 'bytes' | 'floats';
}

/**
 * A trained network as an ONNX file (IR version 8, opset 17), from the same definition that trains. Its input is `images` [n × 3 × 32 × 32], planes of red,
 * green and blue; the standardiser is inside. Its outputs are `scores` and `probabilities` (float32 [n × classes]), and `class`
 * (int64 [n]), the index of the largest score. The names of the classes and whatever else is given are its metadata.
 *
 * @throws RangeError for an input that is neither, or class names that do not fit
 */
export function exportOnnx(model: Model, { input = 'bytes', ...notes }: ExportOnnxOptions = {}): Uint8Array {
  if (input !== 'bytes' && input !== 'floats') throw new RangeError(`input is ${JSON.stringify(input)}; 'bytes' or 'floats' would be right`);
  const metadata = notesOf(model, notes);
  const { graph } = trace(inferenceDefinition(model, input), 'float32', () => '');
  const classes = model.network.layers[model.network.layers.length - 1];
  const output = [valueInfo('scores', 'float32', ['n', classes]), valueInfo('probabilities', 'float32', ['n', classes]), valueInfo('class', 'int64', ['n'])];
  const docString = `${graph.name}. images: ${input === 'bytes' ? 'bytes, 0 to 255' : 'floats, 0 to 1'}, planes of red, green and blue. class: index into the metadata's classNames.`;
  return encodeModel({ ...withDefinedNames(graph), output }, { producerVersion: version(), docString, metadata });
}

/** A graph whose inputs and constants bear the names that their definition gave them. */
function withDefinedNames(graph: GraphProto): GraphProto {
  const named = <V extends { readonly name: string }>(values: readonly V[]) => values.map((value) => ({ ...value, name: definedName(value.name) }));
  const node = graph.node.map((each) => ({ ...each, input: each.input.map(definedName), output: each.output.map(definedName) }));
  return { ...graph, node, initializer: named(graph.initializer), input: named(graph.input) };
}
