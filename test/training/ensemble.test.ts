import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { partLabels } from '../../src/data/dataset';
import { readImages } from '../../src/data/images';
import { split } from '../../src/data/split';
import { fullyConnected } from '../../src/network/network';
import { chain } from '../../src/schedule/chain';
import { cosine } from '../../src/schedule/cosine';
import { cycleEnds } from '../../src/schedule/cycle-ends';
import { cyclical } from '../../src/schedule/cyclical';
import { linearWarmUp } from '../../src/schedule/linear-warm-up';
import { averageModels } from '../../src/training/average';
import { accuracyOf, predictTogether } from '../../src/training/ensemble';
import { evaluate } from '../../src/training/evaluate';
import { fit } from '../../src/training/fit';
import type { Model } from '../../src/training/model';
import { predict } from '../../src/training/predict';
import { snapshotsAt } from '../../src/training/snapshots';
import { train } from '../../src/training/train';
import type { TrainOptions } from '../../src/training/train-options';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 200, width: 48 });
afterAll(() => dataset.remove());

const parts = split(dataset, { train: ['batch 1', 'batch 2'], validation: ['batch 3'] });
const network = fullyConnected({ layers: [48, 20, 10] });
const normalised = fullyConnected({ layers: [48, 20, 15, 10], batchNormalisation: true });
const schedule = cyclical({ stepSize: 25 });
const options: TrainOptions = { schedule, updates: 150, batchSize: 20, engine: 'onnx', measurementsPerEpoch: 0.1 };

test('cycleEnds are where a schedule has come down', () => {
  expect(cycleEnds(schedule, 150)).toEqual([50, 100, 150]);
  expect(cycleEnds(schedule, 120)).toEqual([50, 100]);
  expect(cycleEnds(cosine({ T0: 10, Tmult: 2 }), 70)).toEqual([10, 30, 70]);
  expect(cycleEnds(chain({ parts: [{ schedule: linearWarmUp({ updates: 5 }), updates: 5 }, { schedule: cosine({ T0: 10 }), updates: 20 }] }), 25)).toEqual([15, 25]);
  expect(cycleEnds(() => 0.1, 100)).toEqual([]);
});

describe.each(['onnx', 'tfjs', 'reference'] as const)('snapshots with %s', (engine) => {
  test('are the networks of runs that end there', async () => {
    const at = cycleEnds(schedule, 150);
    const snapshots = await snapshotsAt(train(network, parts, { ...options, engine, measureAt: at }), at);
    expect(snapshots).toHaveLength(3);
    for (const [index, updates] of at.entries()) expect(snapshots[index].parameters).toEqual((await fit(network, parts, { ...options, engine, updates })).model.parameters);
  });
});

test('snapshots where nothing is measured, or past the end, are refused', async () => {
  await expect(snapshotsAt(train(network, parts, options), [50])).rejects.toThrow('the run does not measure after update 50; measureAt: [50] among its options would be right');
  await expect(snapshotsAt(train(network, parts, options), [50, 200])).rejects.toThrow("updates has 200; whole numbers from 0 to 150, the run's updates, would be right");
  expect(() => train(network, parts, { ...options, measureAt: [151] })).toThrow("measureAt has 151; whole numbers from 0 to 150, the run's updates, would be right");
});

describe('an ensemble', () => {
  let models: Model[];
  beforeAll(async () => {
    models = [];
    for (const [seed, each] of [network, network, normalised].entries()) models.push((await fit(each, parts, { ...options, seed })).model);
  });

  test('says the mean of the probabilities, and the class where it is largest', async () => {
    const together = await predictTogether(models, parts.test);
    const all = await Promise.all(models.map((model) => predict(model, parts.test)));
    for (let image = 0; image < parts.test.rows.length; image++) {
      const mean = Array.from({ length: 10 }, (_, k) => (all[0].probabilities[10 * image + k] + all[1].probabilities[10 * image + k] + all[2].probabilities[10 * image + k]) / 3);
      expect(together.classes[image]).toBe(mean.indexOf(Math.max(...mean)));
      expect([...together.probabilities.subarray(10 * image, 10 * image + 10)]).toEqual(mean);
    }
  });

  test('of one network is that network, and does not depend on the order', async () => {
    const alone = await predict(models[0], parts.test);
    expect(await predictTogether([models[0]], parts.test)).toEqual(alone);
    const [a, b] = [await predictTogether(models, parts.test), await predictTogether([...models].reverse(), parts.test)];
    expect(a.classes).toEqual(b.classes);
    expect(accuracyOf(alone, partLabels(parts.test))).toBe((await evaluate(models[0], parts.test)).accuracy);
  });

  test('of none is refused', async () => {
    await expect(predictTogether([], parts.test)).rejects.toThrow('models is empty; one trained network or more would be right');
    expect(() => accuracyOf({ classes: new Uint8Array(2) }, [1])).toThrow('1 labels and 2 predictions');
  });
});

describe('an average of weights', () => {
  const at = [50, 100, 150];
  const snapshots = (each: typeof network) => snapshotsAt(train(each, parts, { ...options, measureAt: at }), at);

  test('is the mean of each parameter', async () => {
    const models = await snapshots(network);
    const { parameters } = await averageModels(models, parts.train);
    for (const [name, { data }] of Object.entries(parameters)) {
      expect(data).toBeInstanceOf(Float32Array);
      data.forEach((value, index) => expect(value).toBe(Math.fround(models.reduce((sum, model) => sum + model.parameters[name].data[index], 0) / 3)));
    }
    expect((await averageModels([models[2], models[2]], parts.train)).parameters).toEqual(models[2].parameters);
  });

  test('with batch normalisation has the statistics of its own activations on the training images', async () => {
    const models = await snapshots(normalised);
    const { parameters: p, standardiser } = await averageModels(models, parts.train);
    // The same by plain loops in float64, layer after layer.
    const bytes = await readImages(parts.train);
    const n = parts.train.rows.length;
    let H = Array.from({ length: n }, (_, image) => Array.from({ length: 48 }, (_, pixel) => (bytes[48 * image + pixel] - standardiser.mean[pixel]) / standardiser.standardDeviation[pixel]));
    for (const [k, units] of [[1, 20], [2, 15]]) {
      const S = H.map((row) => Array.from({ length: units }, (_, unit) => row.reduce((sum, value, index) => sum + value * p[`W${k}`].data[index * units + unit], 0)));
      const mean = Array.from({ length: units }, (_, unit) => S.reduce((sum, row) => sum + row[unit], 0) / n);
      const variance = mean.map((centre, unit) => S.reduce((sum, row) => sum + (row[unit] - centre) ** 2, 0) / (n - 1));
      mean.forEach((value, unit) => expect(p[`mean${k}`].data[unit]).toBeCloseTo(value, 4));
      variance.forEach((value, unit) => expect(p[`variance${k}`].data[unit] / value).toBeCloseTo(1, 4));
      H = S.map((row) => row.map((value, unit) => Math.max(0, (p[`gamma${k}`].data[unit] * (value - mean[unit])) / Math.sqrt(variance[unit] + 1e-5) + p[`beta${k}`].data[unit])));
    }
    const mean = models.reduce((sum, model) => sum + model.parameters['mean2'].data[0], 0) / 3;
    expect(p['mean2'].data[0]).not.toBeCloseTo(mean, 4);
  });

  test.each(['tfjs', 'reference'] as const)('is the same with %s, to rounding', async (engine) => {
    const models = await snapshots(normalised);
    const [a, b] = [await averageModels(models, parts.train), await averageModels(models, parts.train, { engine })];
    for (const [name, { data }] of Object.entries(a.parameters)) data.forEach((value, index) => expect(Math.abs(value - b.parameters[name].data[index])).toBeLessThan(1e-4 * (1 + Math.abs(value))));
  });

  test('refuses networks that have no mean', async () => {
    const [model] = await snapshots(network);
    const [other] = await snapshots(normalised);
    await expect(averageModels([], parts.train)).rejects.toThrow('models is empty');
    await expect(averageModels([model, other], parts.train)).rejects.toThrow('models.1 is a network 48-20-15-10 of another kind than models.0; networks of one kind would be right');
    const standardiser = { ...model.standardiser, mean: model.standardiser.mean.map((value) => value + 1) };
    await expect(averageModels([model, { ...model, standardiser }], parts.train)).rejects.toThrow('models.1 has another standardiser than models.0');
  });
});
