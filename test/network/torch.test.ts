import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { referenceAlgebra as A } from '../../src/engine/reference/reference-algebra';
import { hostTensor, type HostTensor, type HostTensors, mapTensors } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { smoothed } from '../../src/network/loss';
import { fullyConnected } from '../../src/network/network';
import { optimiserFrom } from '../../src/network/optimiser/description';
import { init, type OptimiserDescription } from '../../src/network/optimiser/optimiser';
import { modelShapes, parameterShapes } from '../../src/network/parameters';
import { update } from '../../src/network/update';
import { random } from '../../src/random/random';
import { relativeDifference } from '../support/norms';

// Debian's python3-torch, in test:all.
const python = '/usr/bin/python3';
const hasTorch = spawnSync(python, ['-c', 'import torch']).status === 0;

const draws = random(13, 'torch test');
const layers = [6, 5, 4, 3];
const batches = Array.from({ length: 25 }, () => ({ X: Array.from({ length: 8 }, () => Array.from({ length: 6 }, () => draws.normal())), labels: Array.from({ length: 8 }, () => draws.integer(0, 2)) }));
const etas = batches.map((_, index) => 0.03 / (1 + 0.1 * index));
const [lambda, labelSmoothing] = [0.01, 0.1];
const rows = ({ shape: [n, m], data }: HostTensor) => (m === undefined ? Array.from(data) : Array.from({ length: n }, (_, i) => Array.from(data.slice(i * m, (i + 1) * m))));

const optimisers: readonly OptimiserDescription[] = [{ type: 'sgd' }, { type: 'momentum', momentum: 0.8 }, { type: 'nesterov' }, { type: 'adam' }, { type: 'adamW', weightDecay: 0.2 }];

const kinds = optimisers.flatMap((description) => [false, true].map((batchNormalisation) => {
  const [network, optimiser] = [fullyConnected({ layers, batchNormalisation }), optimiserFrom(description)];
  return { name: `${description.type}${batchNormalisation ? ', batch normalisation' : ''}`, network, optimiser, parameters: initialise(network) };
}));

describe.runIf(hasTorch)('25 updates are PyTorch\'s', () => {
  let expected: Record<string, number[]>[];
  beforeAll(() => {
    const input = JSON.stringify(kinds.map(({ network, optimiser, parameters }) => ({
      layers, batchNormalisation: network.batchNormalisation === true, lambda, labelSmoothing, etas, optimiser: optimiser.description,
      parameters: mapTensors(parameters, rows), batches: batches.map(({ X, labels }) => [X, labels]),
    })));
    const { stdout, stderr, status } = spawnSync(python, [join(__dirname, 'torch-steps.py')], { input, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expected = JSON.parse(stdout) as Record<string, number[]>[];
  });

  test.each(kinds.map((kind, index) => ({ ...kind, index })))('of $name', ({ network, optimiser, parameters, index }) => {
    let state: HostTensors = { ...parameters, ...init(optimiser, parameterShapes(network)) };
    for (const [t, { X, labels }] of batches.entries()) {
      const batch = { X: hostTensor([8, 6], Float64Array.from(X.flat())), Y: smoothed(A, A.oneHot(hostTensor([8], Int32Array.from(labels)), 3), labelSmoothing, 3), n: A.scalar(8), images: 8 };
      state = update(A, network, optimiser, state, batch, { eta: A.scalar(etas[t]), lambda: A.scalar(lambda), scalars: mapTensors(optimiser.scalars(t + 1), A.scalar) }) as HostTensors;
    }
    expect(Object.keys(expected[index])).toEqual(Object.keys(modelShapes(network)));
    for (const [name, values] of Object.entries(expected[index])) expect(relativeDifference(state[name].data, values), name).toBeLessThan(1e-10);
  });
});

test.skipIf(hasTorch)('PYTORCH IS NOT INSTALLED: updates were not compared with its own', () => undefined);
