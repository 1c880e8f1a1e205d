import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceAlgebra as A } from '../../src/engine/reference/reference-algebra';
import { absorbBatchNormalisation, normalise, runningAverages } from '../../src/network/batch-normalisation';
import { drawMask, droppedLayers } from '../../src/network/dropout';
import { forward, forwardInTraining } from '../../src/network/forward';
import { hostTensor, type HostTensors, mapTensors } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { crossEntropies, smoothed } from '../../src/network/loss';
import { fullyConnected, type FullyConnectedOptions } from '../../src/network/network';
import { random } from '../../src/random/random';
import { relativeDifference } from '../support/norms';

const draws = random(11, 'networks test');
const normal = (...shape: number[]) => hostTensor(shape, Float64Array.from({ length: shape.reduce((p, q) => p * q, 1) }, () => draws.normal()));
const columns = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }) => Array.from({ length: shape[1] }, (_, j) => Array.from({ length: shape[0] }, (__, i) => data[i * shape[1] + j]));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]) => mean(values.map((value) => (value - mean(values)) ** 2));

describe('the options of a network', () => {
  test('that are defaults leave nothing behind', () => {
    expect(fullyConnected({ initialisation: 'lecun', batchNormalisation: false, dropout: 0 })).toEqual({ layers: [3072, 50, 10] });
    expect(fullyConnected({ dropout: { input: 0.2 } }).dropout).toEqual({ input: 0.2, hidden: 0 });
    expect(fullyConnected({ dropout: 0.5, batchNormalisation: true, initialisation: 'he' })).toEqual({ layers: [3072, 50, 10], initialisation: 'he', batchNormalisation: true, dropout: { input: 0, hidden: 0.5 } });
  });
  test.each<[FullyConnectedOptions, string]>([
    [{ dropout: 1 }, 'dropout must be a fraction of the units, from 0 up to below 1, not 1'],
    [{ dropout: { input: -0.1 } }, 'not -0.1'],
    [{ initialisation: 'zero' as 'he' }, "initialisation must be 'lecun', 'he', 'glorot', not \"zero\""],
  ])('%j is refused', (options, message) => expect(() => fullyConnected(options)).toThrow(message));
});

test.each([['lecun', 1 / Math.sqrt(400)], ['he', Math.sqrt(2 / 400)], ['glorot', Math.sqrt(2 / 500)]] as const)('%s weights have a standard deviation of %f', (initialisation, deviation) => {
  const { W1, b1 } = initialise(fullyConnected({ layers: [400, 100, 10], initialisation }));
  const standardDeviation = Math.sqrt(variance(Array.from(W1.data)));
  expect(Math.abs(standardDeviation / deviation - 1)).toBeLessThan(4 / Math.sqrt(2 * W1.data.length)); // four standard errors
  expect(new Set(b1.data)).toEqual(new Set([0]));
});

describe('batch normalisation', () => {
  const [S, gamma, beta] = [normal(9, 4), normal(4), normal(4)];

  test('gives each unit beta as its mean and gamma² as its variance over the mini-batch', () => {
    for (const [j, values] of columns(normalise(A, S, gamma, beta).outputs as typeof S).entries()) {
      expect(mean(values)).toBeCloseTo(beta.data[j], 12);
      const unbiasedByEpsilon = variance(columns(S)[j]) / (variance(columns(S)[j]) + 1e-5);
      expect(variance(values)).toBeCloseTo(gamma.data[j] ** 2 * unbiasedByEpsilon, 12);
    }
  });

  test('keeps running averages as PyTorch does: a tenth of the new mean and of the unbiased variance', () => {
    const running = { mean1: normal(4), variance1: hostTensor([4], normal(4).data.map(Math.abs) as Float64Array) };
    const after = runningAverages(A, running, new Map([[1, normalise(A, S, gamma, beta)]]), 9);
    for (const [j, values] of columns(S).entries()) {
      expect(after.mean1.data[j]).toBeCloseTo(0.9 * running.mean1.data[j] + 0.1 * mean(values), 12);
      expect(after.variance1.data[j]).toBeCloseTo(0.9 * running.variance1.data[j] + (0.1 * variance(values) * 9) / 8, 12);
    }
  });

  test('absorbed into weights and biases gives the scores of the running averages, image by image', () => {
    const network = fullyConnected({ layers: [5, 4, 3, 2], batchNormalisation: true });
    const parameters: HostTensors = mapTensors(initialise(network), ({ shape }, name) => (name.startsWith('variance') ? hostTensor(shape, normal(...shape).data.map((x) => x * x + 0.1) as Float64Array) : normal(...shape)));
    const X = normal(6, 5);
    const { scores } = forward(A, network, absorbBatchNormalisation(A, network, parameters), X);
    const expected = Array.from({ length: 6 }, (_, image) => {
      let values = Array.from({ length: 5 }, (__, d) => X.data[image * 5 + d]);
      for (const k of [1, 2, 3]) {
        const W = columns(parameters[`W${k}`]);
        const at = (name: string, j: number) => parameters[`${name}${k}`].data[j];
        const sums = W.map((column) => column.reduce((sum, w, i) => sum + w * values[i], 0));
        values = k === 3 ? sums.map((sum, j) => sum + at('b', j)) : sums.map((sum, j) => Math.max(0, (at('gamma', j) * (sum - at('mean', j))) / Math.sqrt(at('variance', j) + 1e-5) + at('beta', j)));
      }
      return values;
    }).flat();
    expect(relativeDifference(scores.data, expected)).toBeLessThan(1e-13);
  });
});

describe('dropout', () => {
  test('drops the given fraction, and others for another seed, layer or update, the same for the same', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.95, noNaN: true }), fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (rate, seed, t) => {
        const layer = { index: 1, units: 100, rate };
        const mask = drawMask(layer, 100, seed, t);
        expect(mask.every((byte) => byte === 0 || byte === 1)).toBe(true);
        const kept = mask.reduce((sum, byte) => sum + byte, 0) / mask.length;
        expect(Math.abs(kept - (1 - rate))).toBeLessThan(5.5 * Math.sqrt((rate * (1 - rate)) / mask.length) + 1e-9); // one in 25 million
        expect(drawMask(layer, 100, seed, t)).toEqual(mask);
        if (rate < 0.1) return;
        for (const other of [drawMask(layer, 100, seed + 1, t), drawMask(layer, 100, seed, t + 1), drawMask({ ...layer, index: 2 }, 100, seed, t)]) expect(other).not.toEqual(mask);
      }),
      { numRuns: 50 },
    );
  });

  test('each unit of a mask is dropped as often as any other', () => {
    const counts = new Float64Array(64);
    for (let t = 1; t <= 2000; t++) drawMask({ index: 1, units: 64, rate: 0.3 }, 1, 5, t).forEach((byte, unit) => (counts[unit] += byte));
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1400) ** 2 / (2000 * 0.3 * 0.7), 0);
    expect(chiSquare).toBeLessThan(64 + 5 * Math.sqrt(2 * 64));
  });

  test('is inverted: what is kept is divided by 1 − rate, and at inference there is none', () => {
    const network = fullyConnected({ layers: [4, 3, 2], dropout: { input: 0.2, hidden: 0.5 } });
    expect(droppedLayers(network)).toEqual([{ index: 0, units: 4, rate: 0.2 }, { index: 1, units: 3, rate: 0.5 }]);
    const [parameters, X] = [initialise(network), normal(5, 4)];
    const masks = Object.fromEntries(droppedLayers(network).map((layer) => [`mask.${layer.index}`, hostTensor([5, layer.units], drawMask(layer, 5, 1, 1))]));
    const { inputs } = forwardInTraining(A, network, parameters, X, masks);
    expect(Array.from(inputs[0].data)).toEqual(Array.from(X.data, (x, k) => (masks['mask.0'].data[k] === 1 ? x * (1 / 0.8) : 0 * x)));
    const hidden = A.relu(A.matmul(inputs[0], parameters.W1)); // biases are 0
    expect(Array.from(inputs[1].data)).toEqual(Array.from(hidden.data, (h, k) => h * masks['mask.1'].data[k] * 2));
    expect(forward(A, network, parameters, X).scores).toEqual(forward(A, fullyConnected({ layers: [4, 3, 2] }), parameters, X).scores);
  });
});

test('smoothed labels mix the cross-entropy with that of evenly spread ones', () => {
  const scores = normal(5, 4);
  const Y = A.oneHot(hostTensor([5], Int32Array.of(0, 3, 1, 1, 2)), 4);
  const even = hostTensor([5, 4], new Float64Array(20).fill(1 / 4));
  const [hard, spread, mixed] = [Y, even, smoothed(A, Y, 0.1, 4)].map((labels) => crossEntropies(A, scores, labels).data);
  for (let k = 0; k < 5; k++) expect(mixed[k]).toBeCloseTo(0.9 * hard[k] + 0.1 * spread[k], 12);
  expect(smoothed(A, Y, 0, 4)).toBe(Y);
});
