import { afterAll, describe, expect, test } from 'vitest';
import { split } from '../../src/data/split';
import { mapTensors } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { fullyConnected } from '../../src/network/network';
import { constant } from '../../src/schedule/constant';
import { fit } from '../../src/training/fit';
import { rangeTest, type RatePoint, suggestRates } from '../../src/training/range-test';
import { train } from '../../src/training/train';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 200, width: 48 });
afterAll(() => dataset.remove());

const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
const network = fullyConnected({ layers: [48, 20, 10] });

describe.each(['onnx', 'tfjs', 'reference'] as const)('a range test with %s', (engine) => {
  const options = { engine, batchSize: 10, updates: 200, points: 50, etaMax: 1e4 };

  test('goes up by one factor from point to point, finds the fall and the rise, and ends where the loss has risen far', async () => {
    const { points, suggestion } = await rangeTest(network, parts, options);
    expect(points[0].eta).toBe(1e-5);
    for (const [index, { eta }] of points.slice(1).entries()) expect(eta / points[index].eta).toBeCloseTo(1e9 ** (1 / 50), 6);
    expect(points.length).toBeGreaterThan(20);
    expect(points.length).toBeLessThan(51);
    const losses = points.map(({ loss }) => loss ?? Infinity);
    expect(losses.at(-1)).toBeGreaterThan(4 * Math.min(...losses));
    const { steepest, beforeDivergence } = suggestion!;
    expect(steepest).toBeLessThan(beforeDivergence);
    expect(steepest).toBeGreaterThan(1e-4);
    expect(beforeDivergence).toBeLessThan(points.at(-1)!.eta);
  });

  test('leaves the network as it was to the last bit, and gives the same again', async () => {
    const trained = await fit(network, parts, { schedule: constant({ eta: 0.01 }), updates: 20, batchSize: 10, engine });
    const before = mapTensors(trained.model.parameters, ({ data }) => data.slice());
    const first = await rangeTest(network, parts, { ...options, parameters: trained.model.parameters });
    expect(mapTensors(trained.model.parameters, ({ data }) => data)).toEqual(before);
    expect(await rangeTest(network, parts, { ...options, parameters: trained.model.parameters })).toEqual(first);
    expect(first.points[0].loss).toBeLessThan((await rangeTest(network, parts, options)).points[0].loss!);
  });
});

test('parameters that are given stay as they are, also where they need no cast', async () => {
  const parameters = initialise(network, { seed: 3 });
  const before = structuredClone(parameters);
  await rangeTest(network, parts, { engine: 'reference', parameters, batchSize: 10, updates: 20, points: 10 });
  expect(parameters).toEqual(before);
});

test('measures on the first images alone', async () => {
  const options = { schedule: constant({ eta: 0.01 }), updates: 10, batchSize: 10, engine: 'onnx' } as const;
  const few = { train: { ...parts.train, rows: parts.train.rows.slice(0, 30) }, validation: { ...parts.validation, rows: parts.validation.rows.slice(0, 30) } };
  const sampled = await fit(network, parts, { ...options, measuredImages: 30 });
  const whole = await fit(network, parts, options);
  expect(sampled.model.parameters).toEqual(whole.model.parameters);
  expect(sampled.history[0]).toEqual((await fit(network, few, { ...options, standardiser: sampled.model.standardiser })).history[0]);
  expect(() => train(network, parts, { ...options, measuredImages: 0 })).toThrow('measuredImages must be a whole number, 1 or more, not 0');
});

test.each([
  [{ points: 2 }, 'points must be a whole number, 5 or more, not 2'],
  [{ etaMin: 0 }, 'etaMin 0 to etaMax 10 is no range of rates'],
  [{ etaMin: 1, etaMax: 0.1 }, 'etaMin 1 to etaMax 0.1 is no range of rates'],
  [{ updates: 0 }, 'every must be a whole number of updates, 1 or more, not 0'],
])('refuses %j', async (options, message) => {
  await expect(rangeTest(network, parts, { batchSize: 10, ...options })).rejects.toThrow(message);
});

describe('the suggestion', () => {
  const rates = (loss: (decade: number) => number | null, count = 101): RatePoint[] => Array.from({ length: count }, (_, i) => ({ eta: 10 ** (-5 + (6 * i) / (count - 1)), loss: loss(-5 + (6 * i) / (count - 1)) }));
  /** Falls as a logistic curve, steepest at 1e-3; rises from 0.1 on. */
  const typical = (decade: number) => 1 + 1.3 / (1 + Math.exp(4 * (decade + 3))) + (decade > -1 ? 3 * (decade + 1) : 0);

  test('is where the loss falls most steeply, and where it is lowest', () => {
    const { steepest, beforeDivergence } = suggestRates(rates(typical))!;
    expect(Math.log10(steepest)).toBeCloseTo(-3, 1);
    expect(Math.log10(beforeDivergence)).toBeCloseTo(-1, 0);
  });

  test('does not depend on how the points are spaced', () => {
    const even = suggestRates(rates(typical, 601))!;
    const uneven = suggestRates(rates(typical, 601).filter((_, index) => index % 2 === 0 || index % 7 === 0))!;
    expect(Math.abs(Math.log10(uneven.steepest / even.steepest))).toBeLessThan(0.1);
    expect(Math.abs(Math.log10(uneven.beforeDivergence / even.beforeDivergence))).toBeLessThan(0.1);
  });

  test('is not disturbed by noise or by what diverged', () => {
    const noisy = rates((decade) => (decade > 0.5 ? null : typical(decade) + 0.02 * Math.sin(1e4 * decade)));
    const { steepest, beforeDivergence } = suggestRates(noisy)!;
    expect(Math.abs(Math.log10(steepest) + 3)).toBeLessThan(0.3);
    expect(Math.abs(Math.log10(beforeDivergence) + 1)).toBeLessThan(0.7);
  });

  test('is nothing where the loss does not fall, or where there is too little', () => {
    expect(suggestRates(rates(() => 2.3))).toBeUndefined();
    expect(suggestRates(rates((decade) => 2.3 + Math.max(0, decade)))).toBeUndefined();
    expect(suggestRates(rates(() => null))).toBeUndefined();
    expect(suggestRates([])).toBeUndefined();
  });
});
