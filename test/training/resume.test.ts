import { afterAll, describe, expect, test } from 'vitest';
import { split } from '../../src/data/split';
import { fullyConnected } from '../../src/network/network';
import { adam, adamW } from '../../src/network/optimiser/adam';
import { momentum, nesterov } from '../../src/network/optimiser/momentum';
import { sgd } from '../../src/network/optimiser/sgd';
import { absorbBatchNormalisation } from '../../src/network/batch-normalisation';
import { castTensors } from '../../src/network/host-tensor';
import { modelShapes } from '../../src/network/parameters';
import { referenceAlgebra } from '../../src/engine/reference/reference-algebra';
import { constant } from '../../src/schedule/constant';
import { evaluate } from '../../src/training/evaluate';
import { fit } from '../../src/training/fit';
import { train } from '../../src/training/train';
import type { TrainOptions } from '../../src/training/train-options';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 200, width: 48 });
afterAll(() => dataset.remove());

const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
const network = fullyConnected({ layers: [48, 16, 12, 10], initialisation: 'he', batchNormalisation: true, dropout: { input: 0.1, hidden: 0.3 } });
const options: TrainOptions = { schedule: constant({ eta: 0.01 }), updates: 60, batchSize: 10, lambda: 0.001, labelSmoothing: 0.1, augmentation: { flip: true, shift: 1 } };
const optimisers = { sgd: sgd(), momentum: momentum(), nesterov: nesterov(), adam: adam(), adamW: adamW() };

describe.each(Object.entries(optimisers))('%s, with batch normalisation, dropout, label smoothing and augmentation', (_, optimiser) => {
  test.each(['onnx', 'tfjs', 'reference'] as const)('goes on from a checkpoint to the same bytes on %s, and others follow from another seed', async (engine) => {
    const all = { ...options, optimiser, engine };
    const whole = train(network, parts, all);
    for await (const __ of whole);
    const begun = train(network, parts, all);
    for await (const { update } of begun) if (update >= 26) break;
    const checkpoint = structuredClone(begun.checkpoint);
    expect(checkpoint.update).toBe(26);
    const resumed = train(network, parts, { ...all, checkpoint });
    for await (const __ of resumed);
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.checkpoint.state).toEqual(whole.checkpoint.state);
    expect(Object.keys(whole.model.parameters)).toEqual(Object.keys(modelShapes(network)));
    const other = await fit(network, parts, { ...all, seed: 2, parameters: (await fit(network, parts, { ...all, updates: 1 })).model.parameters, updates: 10 });
    const same = await fit(network, parts, { ...all, seed: 1, parameters: (await fit(network, parts, { ...all, updates: 1 })).model.parameters, updates: 10 });
    expect(other.model.parameters.W1.data).not.toEqual(same.model.parameters.W1.data);
  });
});

test('what is drawn in training changes the training, and measurements know nothing of it', async () => {
  const plain = fullyConnected({ layers: [48, 16, 12, 10] });
  const bytes = async (given: typeof network, change: Partial<TrainOptions>) => {
    const { model, history } = await fit(given, parts, { ...options, labelSmoothing: 0, augmentation: undefined, engine: 'onnx', ...change });
    return { weights: Buffer.from(model.parameters.W2.data.buffer).toString('hex'), first: history[0] };
  };
  const kinds = await Promise.all([
    bytes(plain, {}), bytes(plain, { labelSmoothing: 0.1 }), bytes(plain, { augmentation: { flip: true } }), bytes(plain, { augmentation: { shift: 1 } }), bytes(plain, { optimiser: momentum() }),
    bytes(fullyConnected({ layers: plain.layers, dropout: 0.2 }), {}),
  ]);
  expect(new Set(kinds.map(({ weights }) => weights)).size).toBe(kinds.length);
  for (const { first } of kinds) expect(first).toEqual(kinds[0].first);
});

test('the plain network that has absorbed batch normalisation scores as the trained one', async () => {
  const { model } = await fit(network, parts, { ...options, engine: 'reference' });
  const plain = { network: fullyConnected({ layers: network.layers }), parameters: castTensors(absorbBatchNormalisation(referenceAlgebra, network, model.parameters) as typeof model.parameters, 'float64'), standardiser: model.standardiser };
  const [own, absorbed] = [await evaluate(model, parts.test, { engine: 'reference' }), await evaluate(plain, parts.test, { engine: 'reference' })];
  expect(absorbed.accuracy).toBe(own.accuracy);
  expect(absorbed.loss).toBeCloseTo(own.loss, 12);
});

test.each<[Partial<TrainOptions>, string]>([
  [{ labelSmoothing: 1 }, 'labelSmoothing must be a part of the label, from 0 up to below 1, not 1'],
  [{ batchSize: 1 }, 'batchSize must be 2 or more for batch normalisation, not 1'],
  [{ augmentation: { shift: 4 } }, 'augmentation.shift must be a whole number of pixels, from 0 to 3, not 4'],
])('refuses %j at once', (change, message) => expect(() => train(network, parts, { ...options, ...change })).toThrow(message));
