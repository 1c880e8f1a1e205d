import { afterAll, describe, expect, test } from 'vitest';
import { partLabels, type Part } from '../../src/data/dataset';
import { readImages } from '../../src/data/images';
import { split } from '../../src/data/split';
import { fullyConnected } from '../../src/network/network';
import { constant } from '../../src/schedule/constant';
import { evaluate } from '../../src/training/evaluate';
import { fit } from '../../src/training/fit';
import type { Model } from '../../src/training/model';
import { confusionCounts, predict } from '../../src/training/predict';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 600, width: 48 });
afterAll(() => dataset.remove());
const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
const trained = fit(fullyConnected({ layers: [48, 12, 10] }), parts, { schedule: constant({ eta: 0.02 }), updates: 60, batchSize: 20, engine: 'reference' });

describe.each(['onnx', 'tfjs', 'reference'] as const)('predictions of %s', (engine) => {
  test('are those of plain arithmetic, image by image', async () => {
    const { model } = await trained;
    const { classes, probabilities } = await predict(model, parts.test, { engine });
    const expected = await byHand(model, parts.test);
    expect(classes).toHaveLength(600); // more than one call
    expect([...classes]).toEqual(expected.map((row) => row.indexOf(Math.max(...row))));
    expected.flat().forEach((probability, index) => expect(probabilities[index]).toBeCloseTo(probability, 4));
  });

  test('are right as often as evaluate says', async () => {
    const { model } = await trained;
    const { classes } = await predict(model, parts.validation, { engine });
    const labels = partLabels(parts.validation);
    const { accuracy } = await evaluate(model, parts.validation, { engine });
    expect(labels.filter((label, index) => label === classes[index]).length / 600).toBe(accuracy);
    const counts = confusionCounts(labels, classes, 10);
    expect(counts.reduce((sum, row, label) => sum + row[label], 0) / 600).toBe(accuracy);
    expect(counts.map((row) => row.reduce((sum, count) => sum + count))).toEqual(Array.from({ length: 10 }, (_, label) => labels.filter((each) => each === label).length));
  });
});

test('confusion counts have the label first', () => {
  expect(confusionCounts([0, 0, 1, 2], [0, 2, 1, 1], 3)).toEqual([[1, 0, 1], [0, 1, 0], [0, 1, 0]]);
  expect(() => confusionCounts([0], [], 3)).toThrow('1 labels and 0 predictions');
});

async function byHand({ network: { layers }, parameters, standardiser }: Model, part: Part): Promise<number[][]> {
  const images = await readImages(part);
  const layer = (x: readonly number[], k: number) =>
    Array.from({ length: layers[k] }, (_, unit) => x.reduce((sum, value, input) => sum + value * parameters[`W${k}`].data[input * layers[k] + unit], parameters[`b${k}`].data[unit]));
  return Array.from({ length: part.rows.length }, (_, index) => {
    const x = Array.from(images.subarray(48 * index, 48 * (index + 1)), (byte, pixel) => (byte - standardiser.mean[pixel]) / standardiser.standardDeviation[pixel]);
    const scores = layer(layer(x, 1).map((value) => Math.max(0, value)), 2);
    const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
    const total = powers.reduce((sum, power) => sum + power);
    return powers.map((power) => power / total);
  });
}
