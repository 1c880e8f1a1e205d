import { describe, expect, test } from 'vitest';
import { centredDifference, derivatives, fivePointStencil, forwardDifference, offsets, type Stencil } from '../../src/network/stencil';

/** The stencil's derivative of f at x. */
const derivative = (stencil: Stencil, f: (x: number) => number, x: number, h: number) => derivatives(stencil, h, (offset) => [f(x + offset)])[0];

describe.each([
  ['forward', forwardDifference, 1],
  ['centred', centredDifference, 2],
  ['five-point', fivePointStencil, 4],
] as const)('the %s difference', (_, stencil, order) => {
  test('is exact for polynomials up to its order', () => {
    for (let power = 0; power <= order; power++) {
      expect(derivative(stencil, (x) => x ** power, 2, 0.25)).toBeCloseTo(power * 2 ** (power - 1), 10);
    }
  });

  test(`has an error of order h^${order}`, () => {
    const error = (h: number) => Math.abs(derivative(stencil, Math.exp, 0, h) - 1);
    expect(Math.log2(error(0.02) / error(0.01))).toBeCloseTo(order, 1);
  });
});

test('stencils ask for each cost once', () => {
  expect(offsets(forwardDifference, 0.5)).toEqual([0.5, 0]);
  expect(offsets(fivePointStencil, 0.5)).toEqual([0.5, -0.5, 1, -1]);
});
