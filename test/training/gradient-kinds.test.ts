import { describe, expect, test } from 'vitest';
import { engines } from '../engine/engines';
import { forwardInTraining } from '../../src/network/forward';
import { gradients } from '../../src/network/gradients';
import { fullyConnected, type FullyConnectedOptions } from '../../src/network/network';
import { parameterShapes } from '../../src/network/parameters';
import { checkGradients } from '../../src/training/gradient-check/check-gradients';
import { compareEngines } from '../../src/training/gradient-check/compare-engines';
import { randomImages } from '../support/random-images';

const float64 = engines.filter(({ name }) => name === 'onnx float64' || name === 'reference');
const images = randomImages(12, 20);

/** Networks beyond the report's; the check draws one mask and keeps it. */
const kinds: readonly [string, FullyConnectedOptions & { readonly labelSmoothing?: number }][] = [
  ['batch normalisation', { batchNormalisation: true }],
  ['dropout', { dropout: { input: 0.2, hidden: 0.4 } }],
  ['label smoothing', { labelSmoothing: 0.1 }],
  ['all of them', { batchNormalisation: true, dropout: 0.3, initialisation: 'he', labelSmoothing: 0.2 }],
];

describe.each(kinds)('the gradient through %s', (_, { labelSmoothing, ...options }) => {
  const network = fullyConnected({ layers: [20, 18, 14, 10], ...options });

  test.each(float64)('is what finite differences give, on $name', async ({ open }) => {
    const check = await checkGradients(network, images, { lambda: 0.01, labelSmoothing, sample: 'all', engine: await open() });
    expect(Object.keys(check.tensors)).toEqual(Object.keys(parameterShapes(network)));
    for (const [name, { size, checked, wideKinks, kinks, centred, fivePoint }] of Object.entries(check.tensors)) {
      expect(checked, name).toBe(size);
      expect(kinks, name).toBeLessThan(0.1 * size);
      expect(wideKinks, name).toBeLessThan(0.5 * size);
      expect(centred.norm, name).toBeLessThan(1e-8);
      expect(fivePoint.norm, name).toBeLessThan(1e-9);
      // An element whose own gradient is nearly 0 is compared at the round-off of the cost.
      fivePoint.errors.forEach((error, k) => expect(error, `${name}[${fivePoint.places[k]}]`).toBeLessThan(Math.max(1e-6, 100 * fivePoint.floors[k])));
    }
  });

  test('is that of float64 in float32 too, on every engine', async () => {
    const errors = await compareEngines(network, images, { lambda: 0.01, labelSmoothing });
    expect(Object.keys(errors)).toEqual(['onnx', 'tfjs']);
    for (const byName of Object.values(errors)) for (const [name, error] of Object.entries(byName)) expect(error, name).toBeLessThan(1e-5);
  });
});

test('a batch normalisation whose backward pass takes the statistics for constants is found out', async () => {
  const network = fullyConnected({ layers: [20, 9, 10], batchNormalisation: true });
  const check = await checkGradients(network, images, {
    sample: 'all',
    gradient: (A, given, parameters, X, Y, n, lambda, masks) => {
      const { inputs, scores, normalised } = forwardInTraining(A, given, parameters, X, masks);
      const G = A.mul(A.matmul(A.div(A.sub(A.softmax(scores), Y), n), parameters.W2, { transposeB: true }), A.sign(inputs[1]));
      const factor = A.mul(parameters.gamma1, normalised.get(1)!.inverseDeviation);
      return { ...gradients(A, given, parameters, X, Y, n, lambda, masks), W1: A.matmul(X, A.mul(G, factor), { transposeA: true }) };
    },
  });
  expect(check.tensors.W1.fivePoint.norm).toBeGreaterThan(1e-2);
  expect(check.tensors.W2.fivePoint.norm).toBeLessThan(1e-9);
});
