import { describe, expect, test } from 'vitest';
import { batchNames, partLabels } from '../../src/data/dataset';
import type { Dataset, Part } from '../../src/data/dataset';
import { split, take } from '../../src/data/split';
import type { SplitPlan } from '../../src/data/split';

/** Six batches of ten rows; the label of row r is r mod 7. */
const dataset: Dataset = {
  name: 'synthetic',
  checksum: '',
  directory: undefined,
  classNames: [],
  labels: Uint8Array.from({ length: 60 }, (_, row) => row % 7),
  groups: batchNames.map((name, index) => ({ name, start: 10 * index, size: 10 })),
  pixels: { path: '', rows: 60, width: 3072 },
};

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function rows({ rows }: Part): number[] {
  return [...rows];
}

describe('split', () => {
  test('by batches', () => {
    const { train, validation, test: tested } = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
    expect(rows(train)).toEqual(range(0, 10));
    expect(rows(validation)).toEqual(range(10, 20));
    expect(rows(tested)).toEqual(range(50, 60));
    expect([train, validation, tested].map(({ name }) => name)).toEqual(['train', 'validation', 'test']);
    expect(train.dataset).toBe(dataset);
  });

  test('by several batches, in the order in which they are named', () => {
    const { train, validation } = split(dataset, { train: ['batch 5', 'batch 1', 'batch 3'], validation: ['batch 4', 'batch 2'] });
    expect(rows(train)).toEqual([...range(40, 50), ...range(0, 10), ...range(20, 30)]);
    expect(rows(validation)).toEqual([...range(30, 40), ...range(10, 20)]);
  });

  test.each([1, 13, 49])('all five batches less the last %i rows', (count) => {
    const { train, validation, test: tested } = split(dataset, { train: 'all', validation: count });
    expect(rows(train)).toEqual(range(0, 50 - count));
    expect(rows(validation)).toEqual(range(50 - count, 50));
    expect(rows(tested)).toEqual(range(50, 60));
  });

  test.each<[string, SplitPlan, RegExp]>([
    ['no validation rows', { train: 'all', validation: 0 }, /validation is 0; a whole number of rows from 1 to 49/],
    ['as many as there are', { train: 'all', validation: 50 }, /validation is 50; .* from 1 to 49/],
    ['a fraction', { train: 'all', validation: 0.1 }, /validation is 0\.1;/],
    ['not a number', { train: 'all', validation: NaN }, /validation is NaN;/],
    ['no batch', { train: [], validation: ['batch 2'] }, /train is \[\]; 'all' or some of 'batch 1', .*'batch 5' would be right/],
    ['an unknown batch', { train: ['batch 1'], validation: ['batch 6'] }, /validation names 'batch 6', which is not in the data set; .*'batch 5' would be right/],
    ['the test batch', { train: ['test batch'], validation: ['batch 2'] }, /train names the test batch, which is kept for the test/],
    ['a batch on both sides', { train: ['batch 1', 'batch 2'], validation: ['batch 2'] }, /'batch 2' is named twice/],
    ['a batch twice', { train: ['batch 1', 'batch 1'], validation: ['batch 2'] }, /'batch 1' is named twice/],
    ['a string', { train: 'batch 1' as unknown as string[], validation: ['batch 2'] }, /train is "batch 1"; 'all' or some of/],
  ])('refuses %s', (_, plan, message) => {
    expect(() => split(dataset, plan)).toThrow(message);
  });
});

describe('take', () => {
  const { validation } = split(dataset, { train: ['batch 1'], validation: ['batch 4', 'batch 2'] });

  test('the first rows', () => {
    expect(rows(take(validation, 12))).toEqual([...range(30, 40), 10, 11]);
    expect(take(validation, 12)).toMatchObject({ dataset, name: 'validation' });
    expect(rows(take(validation, 20))).toEqual(rows(validation));
  });

  test.each([0, 21, -1, 1.5])('refuses %d', (count) => {
    expect(() => take(validation, count)).toThrow(`Cannot take ${count} rows of the validation part; a whole number from 1 to 20 would be right.`);
  });
});

test('partLabels follow the rows', () => {
  expect([...partLabels({ dataset, name: '', rows: Int32Array.from([59, 0, 8, 8]) })]).toEqual([3, 0, 1, 1]);
});
