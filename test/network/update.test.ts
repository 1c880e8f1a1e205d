import { describe, expect, test } from 'vitest';
import { referenceAlgebra as A } from '../../src/engine/reference/reference-algebra';
import { forward } from '../../src/network/forward';
import { gradients } from '../../src/network/gradients';
import { hostTensor } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { fullyConnected } from '../../src/network/network';
import { absorbStandardiser, standardise } from '../../src/network/standardise';
import { sgd } from '../../src/network/optimiser/sgd';
import { update } from '../../src/network/update';
import { random } from '../../src/random/random';
import { relativeDifference } from '../support/norms';

const draws = random(5, 'update test');
const normal = (...shape: number[]) => hostTensor(shape, Float64Array.from({ length: shape.reduce((p, q) => p * q, 1) }, () => draws.normal()));

describe.each([[[12, 10]], [[12, 8, 10]], [[12, 8, 6, 10]]])('a network %j', (layers) => {
  const network = fullyConnected({ layers });
  const parameters = initialise(network, { seed: 3 });
  const X = normal(7, 12);
  const Y = A.oneHot(hostTensor([7], Int32Array.of(0, 3, 3, 9, 1, 2, 5)), 10);
  const [n, eta, lambda] = [A.scalar(7), A.scalar(0.3), A.scalar(0.05)];

  test('the update is minus eta times the gradient of gradients.ts, added', () => {
    const updated = update(A, network, sgd(), parameters, { X, Y, n, images: 7 }, { eta, lambda, scalars: {} });
    const gradient = gradients(A, network, parameters, X, Y, n, lambda);
    expect(Object.keys(updated)).toEqual(Object.keys(parameters));
    for (const name of Object.keys(parameters)) {
      const expected = Array.from(parameters[name].data, (value, k) => value - 0.3 * gradient[name].data[k]);
      expect(relativeDifference(updated[name].data, expected), name).toBeLessThan(1e-14);
    }
  });

  test('a first layer that has absorbed the standardiser gives the same scores for raw images', () => {
    const images = hostTensor([7, 12], Uint8Array.from({ length: 84 }, () => draws.integer(0, 255)));
    const scaling = { mean: hostTensor([12], Float64Array.from({ length: 12 }, () => 120 + 10 * draws.normal())), inverseDeviation: hostTensor([12], new Float64Array(12).fill(1 / 60)) };
    const { scores: expected } = forward(A, network, parameters, standardise(A, images, scaling));
    const { scores } = forward(A, network, absorbStandardiser(A, parameters, scaling), A.float(images));
    expect(relativeDifference(scores.data, expected.data)).toBeLessThan(1e-13);
  });
});
