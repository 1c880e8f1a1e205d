import { afterAll, expect, test } from 'vitest';
import { readImages } from '../../src/data/images';
import { split, take } from '../../src/data/split';
import { fitStandardiser } from '../../src/data/standardiser';
import { fullyConnected } from '../../src/network/network';
import { standardisedImages } from '../../src/training/gradient-check/labelled-images';
import { initialScores, overfit } from '../../src/training/gradient-check/sanity-checks';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 300 });
afterAll(() => dataset.remove());
const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
const network = fullyConnected();

test('with small weights the first loss is that of guessing, ln 10', async () => {
  const { loss, cost } = await initialScores(network, parts.train, { scale: 1e-3, engine: 'onnx' });
  expect(Math.abs(loss - Math.log(10))).toBeLessThan(1e-3);
  expect(cost).toBe(loss);
});

test('with the usual weights it is somewhat larger, and L2 raises the cost alone', async () => {
  const [without, withL2] = [await initialScores(network, parts.train, { engine: 'onnx' }), await initialScores(network, parts.train, { lambda: 0.01, engine: 'onnx' })];
  expect(without.loss).toBeGreaterThan(Math.log(10));
  expect(without.loss).toBeLessThan(3.2);
  expect(withL2.loss).toBe(without.loss);
  // Σ W² is about 50 + 10: one per unit.
  expect(withL2.cost - without.cost).toBeGreaterThan(0.5);
  expect(withL2.cost - without.cost).toBeLessThan(0.7);
});

test.each(['onnx', 'tfjs'] as const)('100 images are learnt by heart on %s', async (engine) => {
  const run = overfit(network, parts, { engine });
  for await (const _ of run);
  const { train } = run.history[run.history.length - 1];
  expect(train.accuracy).toBe(1);
  expect(train.loss).toBeLessThan(0.05);
  expect(train.cost).toBe(train.loss);
});

test('standardised images have the pixels of the part, in its order', async () => {
  const few = take(parts.validation, 5);
  const standardiser = await fitStandardiser(parts.train);
  const [all, some, bytes] = [await standardisedImages(few, standardiser), await standardisedImages(few, standardiser, { dimensions: 20 }), await readImages(few)];
  expect(all.X.shape).toEqual([5, 3072]);
  expect(some.X.shape).toEqual([5, 20]);
  expect(Array.from(some.labels)).toEqual(Array.from(few.rows, (row) => dataset.labels[row]));
  for (const [image, pixel] of [[0, 0], [2, 7], [4, 19]]) {
    const expected = (bytes[image * 3072 + pixel] - standardiser.mean[pixel]) / standardiser.standardDeviation[pixel];
    expect(all.X.data[image * 3072 + pixel]).toBeCloseTo(expected, 12);
    expect(some.X.data[image * 20 + pixel]).toBe(all.X.data[image * 3072 + pixel]);
  }
  await expect(standardisedImages(few, standardiser, { dimensions: 0 })).rejects.toThrow('dimensions must be a whole number from 1 to the 3072 pixel values of an image, not 0');
});
