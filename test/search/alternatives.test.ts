import { afterAll, expect, test } from 'vitest';
import { among, summarise } from '../../src/search/alternatives';
import { search } from '../../src/search/search';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 40 });
afterAll(() => dataset.remove());

const common = { split: { train: ['batch 1'], validation: ['batch 2'] }, schedule: { type: 'constant', eta: 0.01 }, updates: 2, batchSize: 20 } as const;
const alternatives = { small: { ...common, layers: [3072, 4, 10] }, large: { ...common, layers: [3072, 8, 10] }, broken: { ...common, batchSize: 1000 } };

test('a search among alternatives tries each with each seed, and is summed up by name', async () => {
  const trials = [];
  for await (const trial of search({ dataset, ...among(alternatives), seeds: [1, 2], workers: 1, store: false })) trials.push(trial);
  const [small, large, broken] = summarise(trials, alternatives);
  expect([small, large, broken].map(({ name, values }) => [name, values.length])).toEqual([['small', 2], ['large', 2], ['broken', 0]]);
  expect(small.mean).toBeCloseTo((small.values[0] + small.values[1]) / 2, 12);
  expect(small.updates).toBe(2);
  expect(trials.find(({ parameters }) => parameters.alternative === 1)?.settings?.layers).toEqual([3072, 8, 10]);
});

test('no alternatives are an error', () => {
  expect(() => among({})).toThrow('one name or more would be right');
});
