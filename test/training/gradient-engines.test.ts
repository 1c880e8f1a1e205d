import { expect, test } from 'vitest';
import { onnxEngine } from '../../src/engine/onnx/onnx-engine';
import { referenceEngine } from '../../src/engine/reference/reference-engine';
import { fullyConnected } from '../../src/network/network';
import { gradients } from '../../src/network/gradients';
import { checkGradients } from '../../src/training/gradient-check/check-gradients';
import { compareEngines } from '../../src/training/gradient-check/compare-engines';
import { errorAgainstStep } from '../../src/training/gradient-check/error-against-step';
import { randomImages } from '../support/random-images';

test('gradients of the float32 engines are those of float64', async () => {
  const errors = await compareEngines(fullyConnected(), randomImages(100, 3072), { lambda: 0.01 });
  expect(Object.keys(errors)).toEqual(['onnx', 'tfjs']);
  for (const [engine, byName] of Object.entries(errors)) {
    expect(Object.keys(byName)).toEqual(['W1', 'b1', 'W2', 'b2']);
    for (const [name, error] of Object.entries(byName)) {
      expect(error, `${engine} ${name}`).toBeLessThan(1e-4);
      expect(error, `${engine} ${name}: float32 must show`).toBeGreaterThan(1e-9);
    }
  }
});

test('a wrong gradient shows by its norm', async () => {
  const images = randomImages(10, 20);
  const network = fullyConnected({ layers: [20, 50, 10] });
  const right = { engines: [onnxEngine({ precision: 'float64' })], reference: referenceEngine() };
  const { onnx } = await compareEngines(network, images, right);
  for (const error of Object.values(onnx!)) expect(error).toBeLessThan(1e-14);
  const doubled = { ...right.engines[0], compile: (definition: Parameters<(typeof right.engines)[0]['compile']>[0]) => right.engines[0].compile(definition).then((program) => ({ ...program, run: async (inputs: Parameters<typeof program.run>[0]) => {
    const outputs = await program.run(inputs);
    return { ...outputs, 'gradient.W1': { ...outputs['gradient.W1'], data: Float64Array.from(outputs['gradient.W1'].data, (g) => 2 * g) } };
  } })) };
  const wrong = await compareEngines(network, images, { ...right, engines: [doubled], gradient: gradients });
  expect(wrong.onnx!.W1).toBeCloseTo(1, 10);
  expect(wrong.onnx!.W2).toBeLessThan(1e-14);
});

test('the error has a V against the step: truncation at the right, round-off at the left', async () => {
  const network = fullyConnected({ layers: [20, 50, 10] });
  const images = randomImages(10, 20);
  const engine = onnxEngine({ precision: 'float64' });
  const errors = await errorAgainstStep(network, images, { engine, lambda: 0.01 });
  expect(errors.map(({ h }) => h)).toEqual(expect.arrayContaining([1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10]));
  expect(errors).toHaveLength(19);
  const at = (h: number) => errors.find((row) => row.h === h)!;
  // Truncation grows tenfold and a hundredfold with tenfold the step; round-off shrinks tenfold.
  expect(Math.log10(at(1e-3).forward / at(1e-4).forward)).toBeCloseTo(1, 1);
  expect(Math.log10(at(1e-3).centred / at(1e-4).centred)).toBeCloseTo(2, 1);
  expect(Math.log10(at(1e-10).centred / at(1e-8).centred)).toBeGreaterThan(1.5);
  expect(Math.log10(at(1e-10).forward / at(1e-8).forward)).toBeGreaterThan(1.5);
  const check = await checkGradients(network, images, { engine, lambda: 0.01, sample: 200 });
  expect(at(1e-5).kinks).toBe(Object.values(check.tensors).reduce((sum, { kinks }) => sum + kinks, 0));
  await expect(errorAgainstStep(network, images, { engine, steps: [1e-3, -1] })).rejects.toThrow('each step must be a finite step above 0, not -1');
});
