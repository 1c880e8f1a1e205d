import { expect, test } from 'vitest';
import { onnxEngine } from '../../src/engine/onnx/onnx-engine';
import { gradientErrorHistogram, stepErrorCurves } from '../../src/figures/gradient-errors';
import { fullyConnected } from '../../src/network/network';
import { checkGradients } from '../../src/training/gradient-check/check-gradients';
import { randomImages } from '../support/random-images';

test('a histogram per tensor counts the errors of the chosen comparison, on log axes', async () => {
  const check = await checkGradients(fullyConnected({ layers: [20, 8, 10] }), randomImages(10, 20), { engine: onnxEngine({ precision: 'float64' }) });
  const { data, layout } = gradientErrorHistogram(check, { method: 'forward' });
  expect(data.map(({ name }) => name)).toEqual(['W1', 'b1', 'W2', 'b2']);
  expect(layout.xaxis4!.type).toBe('log');
  expect(layout.title!.text).toContain('forward difference');
  data.forEach(({ name, y }) => {
    const counted = (y as number[]).slice(1, -2).reduce((sum, count) => sum + (count < 1 ? 0 : count), 0); // an empty bin stands at 0.1
    expect(counted, name).toBe(check.tensors[name!].forward.errors.filter((error) => error > 0).length);
  });
});

test('errors against the step are two curves on log-log axes, with a gap where nothing could be compared', () => {
  const { data, layout } = stepErrorCurves([
    { h: 1e-1, forward: NaN, centred: NaN, kinks: 5, checked: 5 },
    { h: 1e-3, forward: 1e-4, centred: 1e-8, kinks: 1, checked: 5 },
  ]);
  expect(data.map(({ name, x, y }) => ({ name, x, y }))).toEqual([
    { name: 'forward', x: [0.1, 0.001], y: [null, 1e-4] },
    { name: 'centred', x: [0.1, 0.001], y: [null, 1e-8] },
  ]);
  expect([layout.xaxis!.type, layout.yaxis!.type]).toEqual(['log', 'log']);
});
