import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { norm, normError, relativeErrors, roundOffFloor } from '../../src/network/relative-error';

describe('relative error', () => {
  test("by Stanford's formula: over the larger of the two, 0 where both are 0", () => {
    expect(Array.from(relativeErrors([1, -2, 0, 0, 3], [1.5, 2, 0, 4, 3]))).toEqual([0.5 / 1.5, 2, 0, 1, 0]);
  });

  test("by DD2424's formula: over the sum of both, or epsilon", () => {
    const errors = relativeErrors([1, 0, 1e-3], [3, 0, 0], { formula: 'dd2424', epsilon: 0.01 });
    expect(Array.from(errors)).toEqual([2 / 4, 0, 1e-3 / 0.01]);
  });

  test('norm-wise: over the larger norm', () => {
    expect(normError([3, 4], [3, 0])).toBe(4 / 5);
    expect(normError([0, 0], [0, 0])).toBe(0);
    expect(norm([3, 4])).toBe(5);
  });

  test('is symmetric, scale-free and at most 2, or 1 by the sum of both', () => {
    const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [error] = relativeErrors([a], [b]);
        expect(error).toBe(relativeErrors([b], [a])[0]);
        expect(error).toBe(relativeErrors([4 * a], [4 * b])[0]);
        expect(error).toBeLessThanOrEqual(2);
        expect(relativeErrors([a], [b], { formula: 'dd2424' })[0]).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('the round-off floor is 1e-16 J / (h |g|)', () => {
    expect(roundOffFloor(-1e-3, 2.5, 1e-5)).toBeCloseTo(2.5e-8, 20);
    expect(roundOffFloor(0, 2.5, 1e-5)).toBe(Infinity);
  });

  test('refuses gradients of different length, naming both', () => {
    expect(() => relativeErrors([1, 2], [1])).toThrow('not 2 and 1');
    expect(() => relativeErrors([1], [1], { formula: 'dd2424', epsilon: 0 })).toThrow('epsilon must be above 0, not 0');
  });
});
