import { referenceAlgebra } from '../engine/reference/reference-algebra';
import { loadTensorFlow } from '../engine/tfjs/load-tensorflow';
import { type HostTensor, hostTensor } from '../network/host-tensor';
import { depth, layerNumbers } from '../network/network';
import { absorbStandardiser } from '../network/standardise';
import type { Model } from '../training/model';
import { scalingConstants } from '../training/programs';
import { imageShape, inferenceParameters } from '../training/inference';
import { type ExportNotes, notesOf } from './notes';

/** The two files of a TensorFlow.js model, by name. */
export type TensorFlowJsFiles = Readonly<Record<'model.json' | 'weights.bin', Uint8Array>>;

/**
 * A trained network as a layers model of TensorFlow.js, which `tf.loadLayersModel` reads: Flatten, then a Dense layer for each layer of weights.
 * Its input is as TensorFlow has images, [n × 32 × 32 × 3], values from 0 to 255, such as `tf.browser.fromPixels` gives; its output are the
 * probabilities, [n × classes]. Standardiser and batch normalisation are absorbed into the weights. Class names and whatever else is
 * given are its `userDefinedMetadata`.
 *
 * @throws RangeError for class names that do not fit
 */
export async function exportTensorFlowJs(model: Model, notes: ExportNotes = {}): Promise<TensorFlowJsFiles> {
  const metadata = notesOf(model, notes);
  const { tf } = await loadTensorFlow();
  const { network, standardiser } = model;
  const onRawImages = absorbStandardiser(referenceAlgebra, inferenceParameters(model), scalingConstants(standardiser));
  const shape = imageShape(network.layers[0]);
  const weights = layerNumbers(network).map((k) => {
    const W = onRawImages[`W${k}`] as HostTensor;
    return [k === 1 ? rowsByPixel(W, shape) : W, onRawImages[`b${k}`] as HostTensor].map(({ shape: size, data }) => tf.tensor(Float32Array.from(data), [...size]));
  });
  const layers = layerNumbers(network).map((k) => tf.layers.dense({ name: `dense_${k}`, units: network.layers[k], activation: k === depth(network) ? 'softmax' : 'relu', weights: weights[k - 1] }));
  const sequential = tf.sequential({ name: 'clr_lab', layers: [tf.layers.flatten({ name: 'pixels', inputShape: [...shape.slice(1), ...shape.slice(0, 1)] }), ...layers] });
  sequential.setUserDefinedMetadata(metadata);
  try {
    let files: TensorFlowJsFiles | undefined;
    await sequential.save(
      tf.io.withSaveHandler(async ({ weightData, weightSpecs, ...artifacts }) => {
        const manifest = { ...artifacts, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
        files = { 'model.json': Buffer.from(JSON.stringify(manifest)), 'weights.bin': new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)) };
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    return files!;
  } finally {
    sequential.dispose();
    tf.dispose(weights);
  }
}

/** W [d × m] whose rows are in the order of planes, with rows in the order of pixels: red, green and blue of the first, and so on. */
function rowsByPixel({ shape: [d, m], data }: HostTensor, [planes, ...sides]: readonly number[]): HostTensor {
  if (sides.length === 0) return { shape: [d, m], data };
  const pixels = d / planes;
  const ordered = new Float64Array(data.length);
  for (let row = 0; row < d; row++) {
    const from = (row % planes) * pixels + Math.floor(row / planes); // its place in the order of planes
    for (let unit = 0; unit < m; unit++) ordered[row * m + unit] = data[from * m + unit];
  }
  return hostTensor([d, m], ordered);
}
