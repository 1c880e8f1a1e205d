import { expect, test } from 'vitest';
import { measurementUpdates } from '../../src/training/measurement-updates';

test.each([
  ['figure 3: 1,000 updates of 10,000 images', 1000, 100, 10, 101],
  ['figure 4: 4,800 updates of 10,000 images', 4800, 100, 10, 481],
  ['the final run: 6,000 updates of 49,000 images', 6000, 490, 10, 124],
])('%s', (_, updates, perEpoch, measurements, count) => {
  const at = measurementUpdates(updates, perEpoch, measurements);
  expect(at).toHaveLength(count);
  expect(at[0]).toBe(0);
  expect(at[at.length - 1]).toBe(updates);
  expect([...at].sort((a, b) => a - b)).toEqual(at);
});

test('an epoch of fewer updates than measurements is measured after every update', () => {
  expect(measurementUpdates(5, 3, 10)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('an epoch that does not divide evenly is measured at the nearest updates', () => {
  expect(measurementUpdates(25, 25, 10)).toEqual([0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25]);
});
