import { expect, test } from 'vitest';
import { mathematicsVersion } from '../../src/engine/onnx/version';
import { identityOf, keyOf } from '../../src/runs/identity';
import { parseRunSettings } from '../../src/runs/settings';
import { fullyConnected } from '../../src/network/network';
import { evaluationProgram } from '../../src/training/evaluation-program';
import { updatesProgram } from '../../src/training/programs';
import { smallSettings } from './small-dataset';

const settings = parseRunSettings(smallSettings);

test('equal runs have equal keys, in whatever order their settings are written', async () => {
  const reversed = parseRunSettings(Object.fromEntries(Object.entries(smallSettings).reverse()));
  expect(keyOf(await identityOf(reversed, 'data'))).toBe(keyOf(await identityOf(settings, 'data')));
});

test('everything that a run depends on changes its key', async () => {
  const identity = await identityOf(settings, 'data');
  const others = [
    ...(await Promise.all([
      identityOf(settings, 'other data'),
      identityOf({ ...settings, lambda: 0.02 }, 'data'),
      identityOf({ ...settings, seed: 2 }, 'data'),
      identityOf({ ...settings, take: 100 }, 'data'),
      identityOf({ ...settings, schedule: { type: 'constant', eta: 0.1 } }, 'data'),
      identityOf({ ...settings, initialisation: 'he' }, 'data'),
      identityOf({ ...settings, batchNormalisation: true }, 'data'),
      identityOf({ ...settings, dropout: 0.5 }, 'data'),
      identityOf({ ...settings, optimiser: { type: 'adam' } }, 'data'),
      identityOf({ ...settings, labelSmoothing: 0.1 }, 'data'),
      identityOf({ ...settings, augmentation: { flip: true, shift: 0 } }, 'data'),
      identityOf({ ...settings, precision: 'float64' }, 'data'),
      identityOf({ ...settings, engine: 'reference', precision: 'float64' }, 'data'),
    ])),
    { ...identity, versions: { 'onnxruntime-node': '0.0.0' } },
    { ...identity, mathematics: 'other' },
  ];
  expect(new Set([identity, ...others].map(keyOf)).size).toBe(others.length + 1);
});

test('the version of the mathematics does not depend on the data, and changes with what is computed', () => {
  const network = fullyConnected({ layers: [48, 20, 10] });
  const data = (rows: number, value: number) => ({
    images: { path: `/anywhere/${rows}`, rows, width: 48 },
    labels: new Uint8Array(rows), mean: new Float64Array(48).fill(value), standardDeviation: new Float64Array(48).fill(1),
  });
  const updates = updatesProgram(network, data(10, 0), 10);
  const version = mathematicsVersion([updates], 'float32');
  expect(version).toMatch(/^[0-9a-f]{64}$/);
  expect(mathematicsVersion([updatesProgram(network, data(20, 7), 10)], 'float32')).toBe(version);
  const halved: typeof updates = {
    ...updates,
    compute: (A, inputs, constants) => updates.compute(A, { ...inputs, lambda: A.mul(inputs.lambda, A.scalar(0.5)) }, constants),
  };
  const others = [
    mathematicsVersion([halved], 'float32'),
    mathematicsVersion([updates], 'float64'),
    mathematicsVersion([updatesProgram(network, data(10, 0), 20)], 'float32'),
    mathematicsVersion([updatesProgram(fullyConnected({ layers: [48, 10, 10, 10] }), data(10, 0), 10)], 'float32'),
    mathematicsVersion([evaluationProgram(network, data(10, 0))], 'float32'),
    mathematicsVersion([updates, evaluationProgram(network, data(10, 0))], 'float32'),
  ];
  expect(new Set([version, ...others]).size).toBe(others.length + 1);
});

test('the mathematics of a run holds what is drawn for its updates, and of the report\'s runs nothing more', async () => {
  const of = async (change: object) => (await identityOf(parseRunSettings({ ...smallSettings, ...change }), 'data')).mathematics;
  const kinds = await Promise.all([of({}), of({ initialisation: 'he' }), of({ dropout: 0.1 }), of({ dropout: 0.2 }), of({ optimiser: { type: 'adam' } }), of({ optimiser: { type: 'adam', beta1: 0.8 } }), of({ augmentation: { flip: true } }), of({ augmentation: { shift: 1 } })]);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(await of({ dropout: 0, augmentation: {}, optimiser: { type: 'sgd' } })).toBe(kinds[0]);
});
