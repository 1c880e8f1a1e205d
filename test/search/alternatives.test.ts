import { afterAll, expect, test } from 'vitest';
import { among, summarise } from '../../src/search/alternatives';
import { search } from '../../src/search/search';
import type { Trial } from '../../src/search/trial';
import { smallDataset, smallSettings } from '../runs/small-dataset';

const dataset = smallDataset();
afterAll(() => dataset.remove());

const alternatives = { small: smallSettings, large: { ...smallSettings, layers: [48, 40, 10] }, broken: { ...smallSettings, batchSize: 1000 } };

test('a search among alternatives tries each with each seed, and is summed up by name', async () => {
  const trials: Trial[] = [];
  for await (const trial of search({ dataset, ...among(alternatives), seeds: [1, 2], workers: 1, store: false })) trials.push(trial);
  const [small, large, broken] = summarise(trials, alternatives);
  expect([small, large, broken].map(({ name, values }) => [name, values.length])).toEqual([['small', 2], ['large', 2], ['broken', 0]]);
  expect(small.mean).toBeCloseTo((small.values[0] + small.values[1]) / 2, 12);
  expect(small.updates).toBe(100);
  expect(trials.find(({ parameters }) => parameters.alternative === 1)?.settings?.layers).toEqual([48, 40, 10]);
});

test('no alternatives are an error', () => {
  expect(() => among({})).toThrow('one name or more would be right');
});
