import { partLabels, type Part } from '../data/dataset';
import { readImagesSync } from '../data/images';
import { take } from '../data/split';
import type { Engine } from '../engine/engine';
import type { HostTensor } from '../network/host-tensor';
import type { Model } from '../training/model';
import { confusionCounts, predict } from '../training/predict';
import type { NetworkView, WrongImage } from './messages';

/** So many images are looked at, units shown, and wrong images shown. */
const [lookedAt, shownUnits, shownImages] = [1000, 50, 12];

/** What a network sees after an update: weights as images, and how it does on the first images of a part. */
export async function networkView(model: Model, update: number, part: Part, engine: Engine): Promise<NetworkView> {
  const sample = take(part, Math.min(lookedAt, part.rows.length));
  const labels = partLabels(sample);
  const { classes, probabilities } = await predict(model, sample, { engine });
  const count = part.dataset.classNames.length;
  const wrong = mostWrong(labels, classes, probabilities, count).slice(0, shownImages);
  const images = readImagesSync({ ...part, rows: Int32Array.from(wrong, ({ index }) => sample.rows[index]) });
  const { W1 } = model.parameters;
  const units = Math.min(shownUnits, W1.shape[1]);
  return {
    update,
    weights: base64(scaledColumns(W1, units)),
    units,
    unitsInAll: W1.shape[1],
    confusion: confusionCounts(labels, classes, count),
    mostWrong: wrong.map(({ index, ...rest }): WrongImage => ({ row: sample.rows[index], ...rest })),
    images: base64(images),
  };
}

/** The images taken for another class, the surest mistakes first. `probabilities` is [n × classes]. */
export function mostWrong(labels: Uint8Array, predicted: Uint8Array, probabilities: Float64Array, classes: number): { index: number; label: number; predicted: number; probability: number }[] {
  return Array.from(labels, (label, index) => ({ index, label, predicted: predicted[index], probability: Number(probabilities[index * classes + predicted[index]].toPrecision(4)) }))
    .filter(({ label, predicted: taken }) => label !== taken)
    .sort((a, b) => b.probability - a.probability);
}

/** The first columns of a matrix, each as a row of [count × rows], scaled so that its largest absolute value is 127. */
export function scaledColumns({ shape: [rows, columns], data }: HostTensor, count: number): Int8Array {
  const scaled = new Int8Array(count * rows);
  for (let column = 0; column < count; column++) {
    let largest = 1e-30;
    for (let row = 0; row < rows; row++) largest = Math.max(largest, Math.abs(data[row * columns + column]));
    for (let row = 0; row < rows; row++) scaled[column * rows + row] = Math.round((127 * data[row * columns + column]) / largest);
  }
  return scaled;
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array | Int8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
