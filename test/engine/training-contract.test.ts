import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fitStandardiser } from '../../src/data/standardiser';
import { split } from '../../src/data/split';
import type { Engine, Program } from '../../src/engine/engine';
import { referenceAlgebra } from '../../src/engine/reference/reference-algebra';
import { referenceEngine } from '../../src/engine/reference/reference-engine';
import { castTensors, type HostTensors, hostTensor } from '../../src/network/host-tensor';
import { forward } from '../../src/network/forward';
import { initialise } from '../../src/network/initialise';
import { fullyConnected } from '../../src/network/network';
import { constant } from '../../src/schedule/constant';
import { cyclical } from '../../src/schedule/cyclical';
import type { Schedule } from '../../src/schedule/schedule';
import { type MiniBatches, miniBatches } from '../../src/training/mini-batches';
import { programData } from '../../src/training/model';
import { type ProgramData, updatesProgram } from '../../src/training/programs';
import { randomDataset } from '../support/random-dataset';
import { relativeDifference } from '../support/norms';
import { engines } from './engines';

const UPDATES = 200;
const BATCH = 100;
const LAMBDA = 0.01;
const network = fullyConnected();
const dataset = randomDataset({ recordsPerBatch: 1000 });
afterAll(() => dataset.remove());

let data: ProgramData;
let batches: MiniBatches;
/** The reference's parameters before each update of figure 3's schedule, and after the last. */
const states: HostTensors[] = [];
/** Whether some pre-activation of update t is so small that rounding decides its side of the ReLU's kink. */
const nearKink: boolean[] = [];
/** The reference's parameters after all updates at constant eta. */
let constantEnd: HostTensors;
const figure3 = cyclical();
const slow = constant({ eta: 1e-3 });

beforeAll(async () => {
  const { train } = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
  data = programData(dataset, await fitStandardiser(train));
  batches = miniBatches(train.rows, { batchSize: BATCH, seed: 1 });
  const program = await compile(referenceEngine());
  states.push(initialise(network, { seed: 1 }));
  for (let t = 1; t <= UPDATES; t++) {
    nearKink[t] = smallestPreActivation(states[t - 1], t) < 1e-5;
    states.push(await update(program, states[t - 1], figure3, t, t));
  }
  constantEnd = states[0];
  for (let t = 1; t <= UPDATES; t++) constantEnd = await update(program, constantEnd, slow, t, t);
});

const compile = (engine: Engine) => engine.compile(updatesProgram(network, data, BATCH));

function update(program: Program, parameters: HostTensors, schedule: Schedule, first: number, last: number): Promise<HostTensors> {
  const count = last - first + 1;
  return program.run({
    ...parameters,
    rows: hostTensor([count, BATCH], batches.rows(first, last)),
    etas: hostTensor([count], Float64Array.from({ length: count }, (_, k) => schedule(first + k))),
    lambda: hostTensor([], Float64Array.of(LAMBDA)),
  });
}

describe.each(engines.filter(({ name }) => name !== 'reference'))('$name', ({ open }) => {
  test('makes each of 200 updates as the reference does', async () => {
    const engine = await open();
    const tolerance = engine.precision === 'float32' ? 1e-5 : 1e-12;
    const program = await compile(engine);
    for (let t = 1; t <= UPDATES; t++) {
      if (nearKink[t]) continue;
      const after = await update(program, states[t - 1], figure3, t, t);
      for (const name of Object.keys(after)) {
        expect(relativeDifference(after[name].data, states[t][name].data), `${name} after update ${t}`).toBeLessThan(tolerance);
      }
    }
    await program.dispose();
    expect(nearKink.filter(Boolean).length).toBeLessThan(UPDATES / 2);
  });

  test('runs 200 updates at eta 0.001 to the same parameters, however the calls are cut', async () => {
    const engine = await open();
    const program = await compile(engine);
    const start = castTensors(states[0], engine.precision);
    const whole = await update(program, start, slow, 1, UPDATES);
    const inParts = await update(program, await update(program, start, slow, 1, 77), slow, 78, UPDATES);
    for (const name of Object.keys(whole)) {
      expect(relativeDifference(whole[name].data, constantEnd[name].data), name).toBeLessThan(engine.precision === 'float32' ? 1e-4 : 1e-11);
      expect(inParts[name].data, name).toEqual(whole[name].data);
    }
    await program.dispose();
  });
});

/** Smallest |pre-activation| of the hidden layer in the mini-batch of update t. */
function smallestPreActivation(parameters: HostTensors, t: number): number {
  const rows = batches.rows(t, t);
  const X = hostTensor([BATCH, 3072], standardisedRows(rows));
  const hidden = { layers: [3072, 50] }; // a network of one layer: its scores are the pre-activations
  const { scores } = forward(referenceAlgebra, hidden, parameters, X);
  return Array.from(scores.data).reduce((smallest, value) => Math.min(smallest, Math.abs(value)), Infinity);
}

let pixels: Uint8Array | undefined;

function standardisedRows(rows: Int32Array): Float64Array {
  pixels ??= new Uint8Array(readFileSync(dataset.pixels.path));
  const { mean, standardDeviation } = data;
  return Float64Array.from({ length: rows.length * 3072 }, (_, k) => {
    const pixel = k % 3072;
    return (pixels![rows[Math.floor(k / 3072)] * 3072 + pixel] - mean[pixel]) / standardDeviation[pixel];
  });
}
