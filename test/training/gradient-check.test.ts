import { describe, expect, test } from 'vitest';
import type { Algebra, Tensors } from '../../src/network/algebra';
import type { Definition } from '../../src/engine/engine';
import { onnxEngine } from '../../src/engine/onnx/onnx-engine';
import { referenceEngine } from '../../src/engine/reference/reference-engine';
import { forward } from '../../src/network/forward';
import { hostTensor } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { cost } from '../../src/network/loss';
import { depth, fullyConnected, type Network } from '../../src/network/network';
import { checkGradients, type GradientCheck } from '../../src/training/gradient-check/check-gradients';
import { openCostProbe } from '../../src/training/gradient-check/cost-probe';
import { gradientErrors, wrongGradients } from '../../src/training/gradient-check/gradient-errors';
import { parameterShapes, pick } from '../../src/network/parameters';
import { floatSpecs } from '../../src/training/programs';
import { changed, oracleCost } from '../network/gradient-oracle';
import { randomImages } from '../support/random-images';

const float64 = onnxEngine({ precision: 'float64' });
const full = fullyConnected();
const fullImages = randomImages(100, 3072);
const reducedImages = randomImages(10, 20);

/** The bars of a right gradient, off kinks. */
function expectRight({ tensors }: GradientCheck): void {
  for (const [name, { forward, centred, numeric, fivePoint }] of Object.entries(tensors)) {
    expect(centred.norm, `${name} centred`).toBeLessThan(1e-7);
    expect(forward.norm, `${name} forward`).toBeGreaterThan(1e-8);
    expect(forward.norm, `${name} forward`).toBeLessThan(1e-4);
    expect(numeric.norm, `${name} numeric`).toBeLessThan(1e-4);
    centred.errors.forEach((error, k) => expect(error, `${name}[${centred.places[k]}]`).toBeLessThan(20 * centred.floors[k] + 1e-7));
    expect(centred.largest).toBe(Math.max(...centred.errors));
    fivePoint.errors.forEach((error, k) => {
      const g = Math.abs(fivePoint.first[k]);
      if (g > 1e-5) expect(error, `${name}[${fivePoint.places[k]}], five points`).toBeLessThan(g > 1e-4 ? 1e-7 : 1e-6);
    });
    expect(fivePoint.errors.length, `${name}: elements off kinks`).toBeGreaterThan(0);
  }
}

describe.each([0, 0.01])('with lambda %d the analytic gradient is right', (lambda) => {
  test.each([
    ['of the reduced network', [20, 50, 10], reducedImages],
    ['of the full network, a sample of 1,000 per tensor', [3072, 50, 10], fullImages],
    ['of one weight layer', [20, 10], reducedImages],
    ['of three', [20, 50, 30, 10], reducedImages],
    ['of four', [20, 30, 20, 20, 10], reducedImages],
    ['of three, full size', [3072, 50, 50, 10], fullImages],
  ] as const)('%s', async (_, layers, images) => {
    const check = await checkGradients(fullyConnected({ layers }), images, { lambda, engine: float64 });
    expectRight(check);
    expect(wrongGradients(check)).toEqual([]);
    expect(Object.keys(check.tensors)).toEqual(Object.keys(parameterShapes(fullyConnected({ layers }))));
  });

  test('on the reference engine', async () => {
    expectRight(await checkGradients(fullyConnected({ layers: [20, 50, 10] }), reducedImages, { lambda, engine: referenceEngine() }));
  });
});

describe('the perturbed costs', () => {
  const sampleOf = (size: number) => Int32Array.from({ length: Math.min(size, 1000) }, (_, k) => Math.floor((k * size) / Math.min(size, 1000)));

  test('of the full network are the cost that trains, with 1,000 elements per tensor changed one at a time', async () => {
    const [lambda, delta] = [0.01, 1e-3];
    const parameters = initialise(full);
    const probe = await openCostProbe(float64, full, fullImages, { lambda, parameters });
    const trained = await float64.compile(costProgram(full, 100));
    const given = { X: fullImages.X, labels: hostTensor([100], Int32Array.from(fullImages.labels)), lambda: hostTensor([], Float64Array.of(lambda)) };
    for (const [name, size] of Object.entries(probe.sizes)) {
      const places = sampleOf(size);
      const { costs } = await probe.perturb(name, places, delta);
      for (const [index, place] of places.entries()) {
        const { J } = await trained.run({ ...changed(parameters, name, place, delta), ...given });
        expect(Math.abs(costs[index] - J.data[0]) / J.data[0], `${name}[${place}]`).toBeLessThan(1e-14);
      }
    }
    await Promise.all([probe.dispose(), trained.dispose()]);
  });

  test.each([[[5, 4]], [[5, 6, 4]], [[5, 6, 3, 4]], [[5, 6, 3, 7, 4]]])('of %j are those of plain loops, large changes and kinks included', async (layers) => {
    const network = fullyConnected({ layers });
    const images = randomImages(7, 5, { classes: 4 });
    const parameters = initialise(network, { seed: 2 });
    const probe = await openCostProbe(float64, network, images, { lambda: 0.1, parameters });
    let crossed = 0;
    for (const [name, size] of Object.entries(probe.sizes)) {
      const places = Int32Array.from({ length: size }, (_, k) => k);
      const { costs, crossings } = await probe.perturb(name, places, 0.7);
      for (const place of places) {
        const expected = oracleCost(layers, changed(parameters, name, place, 0.7), images.X.data, images.labels, 0.1);
        expect(Math.abs(costs[place] - expected) / expected, `${name}[${place}]`).toBeLessThan(1e-14);
        expect(crossings[place], `${name}[${place}]`).toBe(countCrossings(network, images, parameters, changed(parameters, name, place, 0.7)));
        crossed += crossings[place];
      }
    }
    if (layers.length > 2) expect(crossed).toBeGreaterThan(0);
    else expect(crossed).toBe(0);
    await probe.dispose();
  });
});

/** How many hidden pre-activations have another sign with the second parameters than with the first, counted in plain loops. */
function countCrossings({ layers }: Network, { X, labels }: typeof reducedImages, before: ReturnType<typeof initialise>, after: ReturnType<typeof initialise>): number {
  let count = 0;
  const next = (values: number[], parameters: typeof before, k: number) =>
    Array.from({ length: layers[k] }, (_, j) => values.reduce((sum, value, i) => sum + value * parameters[`W${k}`].data[i * layers[k] + j], parameters[`b${k}`].data[j]));
  for (let image = 0; image < labels.length; image++) {
    let [p, q] = [before, after].map(() => Array.from(X.data.subarray(image * layers[0], (image + 1) * layers[0])));
    for (let k = 1; k < layers.length - 1; k++) {
      [p, q] = [next(p, before, k), next(q, after, k)];
      count += p.filter((value, j) => value > 0 !== q[j] > 0).length;
      [p, q] = [p, q].map((values) => values.map((value) => Math.max(0, value)));
    }
  }
  return count;
}

/** The cost by the functions that train, whole network, whole batch. */
function costProgram(network: Network, images: number): Definition {
  return {
    name: 'cost',
    inputs: { ...floatSpecs(parameterShapes(network)), X: { type: 'float', shape: [images, network.layers[0]] }, labels: { type: 'int', shape: [images] }, lambda: { type: 'float', shape: [] } },
    constants: {},
    compute<T>(A: Algebra<T>, given: Tensors<T>) {
      const parameters = pick(parameterShapes(network), given);
      const { scores } = forward(A, network, parameters, given.X);
      return { J: cost(A, network, parameters, scores, A.oneHot(given.labels, network.layers[depth(network)]), given.lambda) };
    },
  };
}

test('elements within reach of a kink are counted and compared by nothing', async () => {
  // One image of ones; unit 0's pre-activation is 5e-6: changes of 1e-5 cross its kink. Unit 1's is 1.5e-3, unit 2's is 2.
  const network = fullyConnected({ layers: [2, 3, 2] });
  const parameters = { ...initialise(network), W1: hostTensor([2, 3], new Float64Array(6).fill(0.5)), b1: hostTensor([3], Float64Array.of(-1 + 5e-6, -1 + 1.5e-3, 1)) };
  const images = { X: hostTensor([1, 2], Float64Array.of(1, 1)), labels: [0] };
  const { tensors } = await checkGradients(network, images, { parameters, engine: float64 });
  expect(Object.entries(tensors).map(([name, { size, kinks, wideKinks }]) => [name, size, kinks, wideKinks])).toEqual([
    ['W1', 6, 2, 4],
    ['b1', 3, 1, 2],
    ['W2', 6, 0, 0],
    ['b2', 2, 0, 0],
  ]);
  expect(Array.from(tensors.W1.centred.places)).toEqual([1, 2, 4, 5]);
  expect(Array.from(tensors.W1.fivePoint.places)).toEqual([2, 5]);
  expect(tensors.W1.centred.norm).toBeLessThan(1e-7);
});

test('a tensor with every element at a kink has no error to show, and counts as wrong', async () => {
  const network = fullyConnected({ layers: [2, 1, 2] });
  const parameters = { ...initialise(network), W1: hostTensor([2, 1], Float64Array.of(0.5, 0.5)), b1: hostTensor([1], Float64Array.of(-1 + 5e-6)) };
  const check = await checkGradients(network, { X: hostTensor([2, 2], Float64Array.of(1, 1, 2, 2)), labels: [0, 1] }, { parameters, engine: float64 });
  expect(gradientErrors(check).W1.centred).toBeNaN();
  expect(wrongGradients(check)).toEqual(['W1', 'b1']);
});

test('every parameter of the full network is checked within a minute, and the work stops on abort within 300 ms', async () => {
  const started = performance.now();
  const progress: number[] = [];
  const check = await checkGradients(full, fullImages, { sample: 'all', lambda: 0.01, engine: float64, onProgress: (done, total) => progress.push(done / total) });
  expect((performance.now() - started) / 1000).toBeLessThan(60);
  expect(Object.values(check.tensors).map(({ checked }) => checked)).toEqual([153_600, 50, 500, 10]);
  expectRightNorms(check);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress[progress.length - 1]).toBe(1);

  const controller = new AbortController();
  let abortedAt = Infinity;
  setTimeout(() => {
    abortedAt = performance.now();
    controller.abort(new Error('enough'));
  }, 500);
  await expect(checkGradients(full, fullImages, { sample: 'all', engine: float64, signal: controller.signal })).rejects.toThrow('enough');
  expect(performance.now() - abortedAt).toBeLessThan(300);
}, 120_000);

function expectRightNorms(check: GradientCheck): void {
  for (const [name, { centredNorm }] of Object.entries(gradientErrors(check))) expect(centredNorm, name).toBeLessThan(1e-7);
}

test('the same seed gives the same sample and numbers, another seed others', async () => {
  const check = (seed: number) => checkGradients(full, fullImages, { sample: 5, seed, parameters: initialise(full), engine: float64 });
  const [a, b, other] = [await check(1), await check(1), await check(2)];
  expect(a).toEqual(b);
  expect(a.tensors.W1.centred.places).not.toEqual(other.tensors.W1.centred.places);
  expect(a.tensors.W1.checked).toBe(5);
});

test("DD2424's formula halves small errors", async () => {
  const network = fullyConnected({ layers: [20, 50, 10] });
  const [stanford, dd2424] = [await checkGradients(network, reducedImages, { engine: float64 }), await checkGradients(network, reducedImages, { engine: float64, formula: 'dd2424' })];
  expect(dd2424.tensors.W2.forward.largest / stanford.tensors.W2.forward.largest).toBeCloseTo(0.5, 2);
});

test.each([
  ['an engine of float32', () => checkGradients(full, fullImages, { engine: onnxEngine() }), "numerical gradients need float64, and the engine 'onnx' was opened in float32"],
  ['images of another size', () => checkGradients(full, reducedImages, { engine: float64 }), 'X must be [n × 3072] for this network, not [10 × 20]'],
  ['a label that is no class', () => checkGradients(fullyConnected({ layers: [20, 3] }), { ...reducedImages, labels: [0, 1, 2, 3, 0, 0, 0, 0, 0, 0] }, { engine: float64 }), 'labels must be whole numbers from 0 to 2, not 3'],
  ['too few labels', () => checkGradients(full, { ...fullImages, labels: [1] }, { engine: float64 }), 'X has 100 images and there are 1 labels'],
  ['a negative lambda', () => checkGradients(full, fullImages, { engine: float64, lambda: -1 }), 'lambda must be a finite number, 0 or more, not -1'],
  ['a step of 0', () => checkGradients(full, fullImages, { engine: float64, h: 0 }), 'h must be a finite step above 0, not 0'],
  ['a sample of half an element', () => checkGradients(full, fullImages, { engine: float64, sample: 0.5 }), "sample must be 'all' or a whole number, 1 or more, not 0.5"],
  ['parameters of another network', () => checkGradients(full, fullImages, { engine: float64, parameters: initialise(fullyConnected({ layers: [3072, 10] })) }), 'W1 must be [3072 × 50], not [3072 × 10]'],
])('refuses %s', async (_, attempt, message) => {
  await expect(attempt()).rejects.toThrow(message);
});
