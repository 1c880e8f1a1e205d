import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { split } from '../../src/data/split';
import { fitStandardiser } from '../../src/data/standardiser';
import type { Engine, Program } from '../../src/engine/engine';
import { referenceEngine } from '../../src/engine/reference/reference-engine';
import { castTensors, type HostTensors } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { fullyConnected, type FullyConnectedOptions } from '../../src/network/network';
import { adam, adamW } from '../../src/network/optimiser/adam';
import { momentum, nesterov } from '../../src/network/optimiser/momentum';
import { init, type Optimiser } from '../../src/network/optimiser/optimiser';
import { sgd } from '../../src/network/optimiser/sgd';
import { parameterShapes } from '../../src/network/parameters';
import { constant } from '../../src/schedule/constant';
import { augmentationOf } from '../../src/training/augmentation';
import { miniBatches } from '../../src/training/mini-batches';
import { programData } from '../../src/training/model';
import { type ProgramData, updatesProgram } from '../../src/training/programs';
import { updateInputs } from '../../src/training/update-inputs';
import { relativeDifference } from '../support/norms';
import { randomDataset } from '../support/random-dataset';
import { engines } from './engines';

const UPDATES = 200;
const BATCH = 20;
const WIDTH = 3 * 6 * 6;
const dataset = randomDataset({ recordsPerBatch: 400, width: WIDTH });
afterAll(() => dataset.remove());

interface Kind {
  readonly network: FullyConnectedOptions;
  readonly optimiser: Optimiser;
  readonly eta: number;
  readonly labelSmoothing?: number;
  readonly augmented?: boolean;
}

/** Each way of training beyond the report's, alone or with others. */
const kinds: Readonly<Record<string, Kind>> = {
  momentum: { network: {}, optimiser: momentum(), eta: 0.01 },
  'nesterov, label smoothing': { network: {}, optimiser: nesterov(), eta: 0.01, labelSmoothing: 0.1 },
  adam: { network: {}, optimiser: adam(), eta: 0.001 },
  'adamW, he, dropout': { network: { initialisation: 'he', dropout: { input: 0.1, hidden: 0.4 } }, optimiser: adamW(), eta: 0.001 },
  'batch normalisation': { network: { batchNormalisation: true }, optimiser: sgd(), eta: 0.01 },
  'augmentation, glorot': { network: { initialisation: 'glorot' }, optimiser: sgd(), eta: 0.01, augmented: true },
  everything: { network: { initialisation: 'he', batchNormalisation: true, dropout: 0.3 }, optimiser: momentum(), eta: 0.01, labelSmoothing: 0.1, augmented: true },
};

describe.each(Object.entries(kinds))('%s', (_, { network: options, optimiser, eta, labelSmoothing, augmented }) => {
  const network = fullyConnected({ layers: [WIDTH, 16, 12, 10], ...options });
  const augmentation = augmented ? augmentationOf({ flip: true, shift: 2 }, WIDTH) : undefined;
  let data: ProgramData;
  let run: (program: Program, state: HostTensors, first: number, last: number) => Promise<HostTensors>;
  /** The reference's states before each update, and after the last. */
  const states: HostTensors[] = [{ ...initialise(network), ...init(optimiser, parameterShapes(network)) }];
  const compile = (engine: Engine) => engine.compile(updatesProgram(network, data, BATCH, { optimiser, labelSmoothing, augmentation }));

  beforeAll(async () => {
    const { train } = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
    data = programData(dataset, await fitStandardiser(train));
    const plan = { network, optimiser, batches: miniBatches(train.rows, { batchSize: BATCH, seed: 1 }), batchSize: BATCH, schedule: constant({ eta }), lambda: 0.001, seed: 1, augmentation };
    run = (program, state, first, last) => program.run({ ...state, ...updateInputs(plan, first, last) });
    const program = await compile(referenceEngine());
    for (let t = 1; t <= UPDATES; t++) states.push(await run(program, states[t - 1], t, t));
  });

  test.each(engines.filter(({ name }) => name !== 'reference'))('$name makes each of 200 updates as the reference does, and the same bytes however the calls are cut', async ({ open }) => {
    const engine = await open();
    const program = await compile(engine);
    const tolerance = engine.precision === 'float32' ? 1e-4 : 1e-11;
    const differing: number[] = [];
    for (let t = 1; t <= UPDATES; t++) {
      const after = await run(program, castTensors(states[t - 1], engine.precision), t, t);
      expect(Object.keys(after).sort()).toEqual(Object.keys(states[t]).sort());
      // A pre-activation next to the ReLU's kink may be rounded to its other side.
      if (Object.keys(after).some((name) => !(changeDifference(after[name].data, states[t][name].data, states[t - 1][name].data) < tolerance))) differing.push(t);
    }
    expect(differing.length, `updates ${differing.join(', ')} differ`).toBeLessThanOrEqual(engine.precision === 'float32' ? 4 : 0);
    const start = castTensors(states[0], engine.precision);
    const whole = await run(program, start, 1, UPDATES);
    const inParts = await run(program, await run(program, start, 1, 77), 78, UPDATES);
    for (const name of Object.keys(whole)) {
      expect(inParts[name].data, name).toEqual(whole[name].data);
      expect(relativeDifference(whole[name].data, states[UPDATES][name].data), name).toBeLessThan(engine.precision === 'float32' ? 0.02 : 1e-9);
    }
    await program.dispose();
  });
});

/** Of what an update made, measured against how far it went, or against the rounding of where it began. */
function changeDifference(after: ArrayLike<number>, expected: ArrayLike<number>, before: ArrayLike<number>): number {
  let [error, change, size] = [0, 0, 0];
  for (let k = 0; k < after.length; k++) {
    error += (after[k] - expected[k]) ** 2;
    change += (expected[k] - before[k]) ** 2;
    size += expected[k] ** 2;
  }
  return Math.sqrt(error) / (Math.sqrt(change) + 2e-3 * Math.sqrt(size) + 1e-30);
}
