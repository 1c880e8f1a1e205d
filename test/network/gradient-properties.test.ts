import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceAlgebra as A } from '../../src/engine/reference/reference-algebra';
import { referenceEngine } from '../../src/engine/reference/reference-engine';
import { forward } from '../../src/network/forward';
import { elements, hostTensor } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { cost, crossEntropies, loss } from '../../src/network/loss';
import { fullyConnected } from '../../src/network/network';
import { norm } from '../../src/network/relative-error';
import { checkGradients } from '../../src/training/gradient-check/check-gradients';
import { engines } from '../engine/engines';
import { randomImages } from '../support/random-images';
import { oracleCost } from './gradient-oracle';

/** One, two or three weight layers, a small batch, and no or some L2. */
const settings = fc.record({
  layers: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }), fc.integer({ min: 2, max: 6 })).map(([d, hidden, classes]) => [d, ...hidden, classes]),
  images: fc.integer({ min: 1, max: 8 }),
  lambda: fc.oneof(fc.constant(0), fc.double({ min: 1e-4, max: 1, noNaN: true })),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

const imagesOf = ({ layers, images, seed }: { layers: number[]; images: number; seed: number }) => randomImages(images, layers[0], { seed, classes: layers[layers.length - 1] });

describe('for any layer sizes, batch size and lambda', () => {
  test('the gradient of the cost is what finite differences give, off kinks', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (setting) => {
        const { tensors } = await checkGradients(fullyConnected(setting), imagesOf(setting), { ...setting, sample: 'all', engine: referenceEngine() });
        for (const [name, { centred }] of Object.entries(tensors)) {
          const distance = norm(centred.first.map((g, k) => g - centred.second[k]));
          // Each element's round-off is about 1e-11, however small the gradient is.
          expect(distance, name).toBeLessThan(1e-7 * norm(centred.first) + 1e-10 * Math.sqrt(1 + centred.first.length));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("the cost is that of plain loops, and not below the loss", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const network = fullyConnected(setting);
        const parameters = initialise(network, setting);
        const { X, labels } = imagesOf(setting);
        const { scores } = forward(A, network, parameters, X);
        const Y = A.oneHot(hostTensor([labels.length], Int32Array.from(labels)), setting.layers[setting.layers.length - 1]);
        const [J] = cost(A, network, parameters, scores, Y, A.scalar(setting.lambda)).data as Float64Array;
        const [L] = loss(A, scores, Y).data as Float64Array;
        const expected = oracleCost(setting.layers, parameters, X.data, labels, setting.lambda);
        expect(Math.abs(J - expected)).toBeLessThan(1e-14 * Math.max(1, expected));
        if (setting.lambda === 0) expect(J).toBe(L);
        else expect(J).toBeGreaterThan(L);
      }),
    );
  });
});

/** Rows of logits up to ±limit. */
const logits = (limit: number) =>
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 10 })).chain(([rows, classes]) =>
    fc.array(fc.double({ min: -limit, max: limit, noNaN: true }), { minLength: rows * classes, maxLength: rows * classes }).map((values) => hostTensor([rows, classes], Float64Array.from(values))),
  );

const rowSums = (x: ReturnType<typeof A.softmax>) => Array.from(A.sum(x, 1).data);

describe('softmax', () => {
  test('has rows that sum to 1 and does not change when a row is shifted', () => {
    fc.assert(
      fc.property(logits(50), fc.double({ min: -100, max: 100, noNaN: true }), (scores, shift) => {
        const probabilities = A.softmax(scores);
        for (const sum of rowSums(probabilities)) expect(Math.abs(sum - 1)).toBeLessThan(1e-14);
        const shifted = A.softmax(A.add(scores, A.scalar(shift)));
        for (let k = 0; k < elements(scores.shape); k++) expect(Math.abs(shifted.data[k] - probabilities.data[k])).toBeLessThan(1e-13);
      }),
    );
  });

  test.each(engines)('does not overflow on $name for logits up to ±1e4, nor does the cross-entropy', async ({ open }) => {
    const engine = await open();
    const program = await engine.compile({
      name: 'softmax',
      inputs: { scores: { type: 'float', shape: ['n', 'classes'] } },
      constants: {},
      // Every class in turn as the label: the cross-entropies of one row, [n].
      compute: (algebra, { scores }) => ({
        probabilities: algebra.softmax(scores),
        crossEntropy: crossEntropies(algebra, scores, algebra.sub(algebra.scalar(1), algebra.mul(algebra.scalar(0), scores))),
      }),
    });
    const tolerance = engine.precision === 'float32' ? 1e-6 : 1e-14;
    await fc.assert(
      fc.asyncProperty(logits(1e4), async (scores) => {
        const { probabilities, crossEntropy } = await program.run({ scores });
        expect(Array.from(probabilities.data).every((p) => p >= 0 && p <= 1 + tolerance)).toBe(true);
        for (const sum of rowSums(probabilities)) expect(Math.abs(sum - 1)).toBeLessThan(10 * tolerance);
        expect(Array.from(crossEntropy.data).every((value) => Number.isFinite(value) && value >= -tolerance)).toBe(true);
      }),
      { numRuns: 50 },
    );
    await program.dispose();
  });
});
