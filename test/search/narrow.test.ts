import { describe, expect, test } from 'vitest';
import { byParameter, narrow, seedsNeeded } from '../../src/search/narrow';
import { random } from '../../src/random/random';

const trials = (values: Readonly<Record<string, number | null>>) =>
  Object.entries(values).map(([lambda, value]) => ({ parameters: { lambda: Number(lambda) }, value, state: value === null ? ('failed' as const) : ('complete' as const) }));

describe('narrow', () => {
  test("goes from the report's table 1 to its fine interval", () => {
    expect(narrow(trials({ '1e-7': 0.511, '3.4e-6': 0.5138, '6.7e-6': 0.5134, '1e-5': 0.5108, '0.042': 0.449, '0.1': 0.32832 }))).toEqual({ from: 1e-7, to: 6.7e-6 });
  });

  test('goes one step further where the best stands at an end of the three best', () => {
    expect(narrow(trials({ 1: 0.1, 2: 0.2, 3: 0.9, 4: 0.8, 5: 0.7 }))).toEqual({ from: 2, to: 5 });
    expect(narrow(trials({ 1: 0.1, 2: 0.6, 3: 0.7, 4: 0.9, 6: 0.2 }))).toEqual({ from: 2, to: 6 });
  });

  test('goes as far again where the best stands at an end of all that was tried', () => {
    expect(narrow(trials({ 1: 0.1, 2: 0.2, 4: 0.7, 8: 0.9 }))).toEqual({ from: 2, to: 12 });
    expect(narrow(trials({ 1: 0.1, 2: 0.2, 4: 0.7, 8: 0.9 }), { scale: 'logarithmic' })).toEqual({ from: 2, to: 16 });
    expect(narrow(trials({ 1: 0.9, 2: 0.8, 4: 0.7, 8: 0.1 }), { scale: 'logarithmic' })).toEqual({ from: 0.5, to: 4 });
  });

  test('never goes to 0 or below', () => {
    expect(narrow(trials({ '1e-7': 0.52, '3.4e-6': 0.51, '6.7e-6': 0.5, '1e-5': 0.4 }))).toEqual({ from: 1e-7, to: 6.7e-6 });
  });

  test('averages seeds and leaves failed trials out', () => {
    const repeated = [...trials({ 1: 0.5, 2: 0.6, 3: 0.7, 4: 0.4 }), ...trials({ 1: 0.9, 2: 0.1, 3: 0.2, 4: 0.4, 5: null })];
    expect(byParameter(repeated, 'lambda')).toEqual([{ x: 1, values: [0.5, 0.9] }, { x: 2, values: [0.6, 0.1] }, { x: 3, values: [0.7, 0.2] }, { x: 4, values: [0.4, 0.4] }]);
    expect(narrow(repeated, { best: 2 })).toEqual({ from: 1, to: 3 }); // 0.7 at 1, 0.45 at 3
  });

  test('needs two values, and the parameter', () => {
    expect(() => narrow(trials({ 1: 0.5, 2: null }))).toThrow('1 values of lambda have complete trials');
    expect(() => narrow(trials({ 1: 0.5 }), { parameter: 'eta' })).toThrow('a trial has no parameter eta; it has lambda');
  });
});

describe('seedsNeeded', () => {
  test('is 16 for a difference of one standard deviation (the textbook value), and grows with its inverse square', () => {
    expect(seedsNeeded({ difference: 1, standardDeviation: 1 })).toBe(16);
    expect(seedsNeeded({ difference: -0.1, standardDeviation: 1 })).toBe(1570);
    expect(seedsNeeded({ difference: 1, standardDeviation: 0 })).toBe(2);
    expect(() => seedsNeeded({ difference: 0, standardDeviation: 1 })).toThrow('difference is 0');
  });

  test('so many seeds find the difference four times out of five', () => {
    const n = seedsNeeded({ difference: 0.5, standardDeviation: 1 });
    const draws = random(1, 'power');
    const mean = () => Array.from({ length: n }, () => draws.normal()).reduce((sum, value) => sum + value, 0) / n;
    const found = Array.from({ length: 2000 }, () => Math.abs(mean() - mean() - 0.5) > 1.959964 * Math.sqrt(2 / n)).filter(Boolean).length;
    expect(Math.abs(found / 2000 - 0.8)).toBeLessThan(0.045); // 5 standard deviations
  });
});
