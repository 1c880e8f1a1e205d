import { describe, expect, test } from 'vitest';
import { defaultSampler, gridSampler, randomSampler } from '../../src/search/sampler';
import { linear, list, logarithmic, logUniform, uniform } from '../../src/search/space';

test('grids have both ends exactly, at equal distances or ratios', () => {
  const values = (dimension: ReturnType<typeof linear>) => (dimension.kind === 'grid' ? [...dimension.values] : []);
  expect(values(linear({ from: 1e-5, to: 1e-1, count: 8 })).map((value) => value.toPrecision(3))).toEqual(['0.0000100', '0.0143', '0.0286', '0.0429', '0.0571', '0.0714', '0.0857', '0.100']);
  expect(values(linear({ from: 1e-7, to: 1e-5, count: 4 })).map((value) => value.toPrecision(2))).toEqual(['1.0e-7', '0.0000034', '0.0000067', '0.000010']);
  const powers = values(logarithmic({ from: 1e-7, to: 1e-1, count: 7 }));
  [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1].forEach((power, k) => expect(powers[k] / power).toBeCloseTo(1, 12));
  for (const grid of [values(linear({ from: 1e-5, to: 0.3, count: 7 })), values(logarithmic({ from: 1e-5, to: 0.3, count: 7 }))]) expect([grid[0], grid[6]]).toEqual([1e-5, 0.3]);
});

test('the grid sampler goes through every combination once', () => {
  const space = { a: list([1, 2, 3]), b: list([10, 20]) };
  const sampler = gridSampler();
  expect(sampler.size(space)).toBe(6);
  expect(Array.from({ length: 6 }, (_, index) => sampler.ask(space, index, []))).toEqual([
    { a: 1, b: 10 }, { a: 1, b: 20 }, { a: 2, b: 10 }, { a: 2, b: 20 }, { a: 3, b: 10 }, { a: 3, b: 20 },
  ]);
  expect(() => sampler.size({ a: uniform({ from: 0, to: 1 }) })).toThrow('the grid sampler cannot go through all values of a from 0 to 1');
});

describe('the random sampler', () => {
  const space = { lambda: logUniform({ from: 1e-7, to: 1e-1 }), eta: uniform({ from: -1, to: 3 }), size: list([4, 8]) };
  const draws = (seed: number, count: number) => Array.from({ length: count }, (_, index) => randomSampler({ seed }).ask(space, index, []));

  test('draws the same for the same seed and index, and other for others', () => {
    expect(draws(1, 20)).toEqual(draws(1, 20));
    expect(draws(1, 5)).toEqual(draws(1, 20).slice(0, 5));
    expect(new Set([...draws(1, 20), ...draws(2, 20)].map(({ lambda }) => lambda)).size).toBe(40);
  });

  test('draws from the distributions that it should', () => {
    const many = draws(3, 4000);
    const exponents = many.map(({ lambda }) => Math.log10(lambda));
    expect(Math.min(...exponents)).toBeGreaterThanOrEqual(-7);
    expect(Math.max(...exponents)).toBeLessThan(-1);
    // Each sixth of the exponents, and each quarter of eta, has its share: 5 standard deviations of a binomial count.
    for (let k = -7; k < -1; k++) expect(Math.abs(exponents.filter((exponent) => exponent >= k && exponent < k + 1).length - 4000 / 6)).toBeLessThan(5 * Math.sqrt((4000 * 5) / 36));
    for (let k = -1; k < 3; k++) expect(Math.abs(many.filter(({ eta }) => eta >= k && eta < k + 1).length - 1000)).toBeLessThan(5 * Math.sqrt(750));
    expect(new Set(many.map(({ size }) => size))).toEqual(new Set([4, 8]));
  });
});

test('by default grids are gone through, and intervals drawn from', () => {
  expect(defaultSampler({ a: list([1]), b: linear({ from: 0, to: 1, count: 3 }) }).size({ a: list([1]) })).toBe(1);
  expect(defaultSampler({ a: list([1]), b: uniform({ from: 0, to: 1 }) }).size({})).toBeUndefined();
});

test.each<[() => unknown, string]>([
  [() => linear({ from: 1, to: 1, count: 3 }), 'from 1 to 1 is no interval'],
  [() => linear({ from: 0, to: 1, count: 1 }), 'count is 1; a whole number, 2 or more, would be right'],
  [() => logarithmic({ from: 0, to: 1, count: 3 }), 'from is 0; a number above 0 would be right on a logarithmic scale'],
  [() => logUniform({ from: -1, to: 1 }), 'from is -1'],
  [() => uniform({ from: 0, to: Infinity }), 'from 0 to Infinity is no interval'],
  [() => list([]), 'there are no values'],
  [() => list([1, NaN]), 'a value is NaN'],
])('what is no space is refused (%#)', (make, message) => {
  expect(make).toThrow(message);
});
