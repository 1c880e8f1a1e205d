import { afterAll, describe, expect, test } from 'vitest';
import { fitStandardiser } from '../../src/data/standardiser';
import { split } from '../../src/data/split';
import { openEngine } from '../../src/engine/select-engine';
import { castTensors } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { fullyConnected } from '../../src/network/network';
import { programData } from '../../src/training/model';
import { adaptivePace, steadyPace } from '../../src/training/pace';
import { evaluationProgram } from '../../src/training/evaluation-program';
import { score } from '../../src/training/scoring';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 700 });
afterAll(() => dataset.remove());
const { train } = split(dataset, { train: ['batch 1', 'batch 2'], validation: ['batch 3'] });
const network = fullyConnected();

describe.each([['onnx', 1], ['onnx', 2], ['tfjs', undefined]] as const)('%s, threads: %s', (name, threads) => {
  test('networks measured together get the bytes that each gets alone, however the calls are cut', async () => {
    const engine = await openEngine({ name, threads });
    const data = programData(dataset, await fitStandardiser(train));
    const networks = [1, 2, 3].map((seed) => castTensors(initialise(network, { seed }), engine.precision));
    const [alone, together] = await Promise.all([1, 3].map((count) => engine.compile(evaluationProgram(network, data, { ...engine, networks: count }))));
    const options = { lambda: 0.01 };
    const apart = [];
    for (const each of networks) apart.push(...(await score(alone, [each], train.rows, options)));
    expect(await score(together, networks, train.rows, options)).toEqual(apart);
    const oneByOne = { ...adaptivePace(), units: () => 1 };
    expect(await score(together, networks, train.rows, { ...options, pace: oneByOne })).toEqual(apart);
    await Promise.all([alone.dispose(), together.dispose()]);
  });
});

test('threads beside this one, each with calls of its own, give the same bytes', async () => {
  const data = programData(dataset, await fitStandardiser(train));
  const networks = [1, 2].map((seed) => castTensors(initialise(network, { seed }), 'float32'));
  const definition = evaluationProgram(network, data, { networks: 2 });
  const engine = await openEngine({ name: 'onnx', threads: 2 });
  const [here, aside] = await Promise.all([engine.compile(definition), engine.compile(definition, { aside: true })]);
  expect(aside.lanes).toBe(2);
  const [options, steady] = [{ lambda: 0.01 }, { lambda: 0.01, pace: steadyPace(1) }];
  const right = await score(here, networks, train.rows, options);
  // This thread is free meanwhile, and several parts can be scored at once.
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  expect(await Promise.all([1, 2, 3].map(() => score(aside, networks, train.rows, steady)))).toEqual([right, right, right]);
  clearInterval(counting);
  expect(turns).toBeGreaterThan(3);
  await expect(score(aside, networks, train.rows, { ...steady, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  await Promise.all([here.dispose(), aside.dispose()]);
});
