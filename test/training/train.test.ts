import { afterAll, describe, expect, test } from 'vitest';
import { split } from '../../src/data/split';
import { initialise } from '../../src/network/initialise';
import { fullyConnected } from '../../src/network/network';
import { constant } from '../../src/schedule/constant';
import { cyclical } from '../../src/schedule/cyclical';
import type { Checkpoint } from '../../src/training/checkpoint';
import { DivergenceError } from '../../src/training/divergence-error';
import { openEngine } from '../../src/engine/select-engine';
import { evaluate } from '../../src/training/evaluate';
import { fit } from '../../src/training/fit';
import { train } from '../../src/training/train';
import type { TrainOptions } from '../../src/training/train-options';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 200, width: 48 });
afterAll(() => dataset.remove());

const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
const network = fullyConnected({ layers: [48, 20, 10] });
const options: TrainOptions = { schedule: cyclical({ stepSize: 50 }), updates: 100, batchSize: 10, lambda: 0.01, engine: 'onnx' };
const engineNames = ['onnx', 'tfjs', 'reference'] as const;

describe.each(engineNames)('training with %s', (engine) => {
  test('learns, and measures ten times an epoch', async () => {
    const { history, model } = await fit(network, parts, { ...options, engine });
    expect(history.map(({ update }) => update)).toEqual(Array.from({ length: 51 }, (_, k) => 2 * k));
    expect(history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 51 }, (_, k) => k / 10));
    const [first, last] = [history[0], history[history.length - 1]];
    expect(last.train.loss).toBeLessThan(0.6 * first.train.loss);
    expect(last.validation.accuracy).toBeGreaterThan(0.25);
    for (const { train, validation } of history) {
      expect(train.cost).toBeGreaterThan(train.loss);
      expect(validation.cost - validation.loss).toBeCloseTo(train.cost - train.loss, 10);
    }
    expect((await evaluate(model, parts.validation, { lambda: 0.01, engine })).accuracy).toBe(last.validation.accuracy);
  });

  test('gives the same bytes for the same seed, and others for another', async () => {
    const [a, b, other] = [await fit(network, parts, { ...options, engine }), await fit(network, parts, { ...options, engine }), await fit(network, parts, { ...options, engine, seed: 2 })];
    expect(a.history).toEqual(b.history);
    expect(a.model.parameters).toEqual(b.model.parameters);
    expect(other.model.parameters.W1.data).not.toEqual(a.model.parameters.W1.data);
  });

  test('goes on from a checkpoint to the same bytes', async () => {
    const whole = await fit(network, parts, { ...options, engine });
    const begun = train(network, parts, { ...options, engine });
    for await (const { update } of begun) if (update >= 46) break;
    const { checkpoint } = begun;
    const resumed = await fit(network, parts, { ...options, engine, checkpoint: structuredClone(checkpoint) });
    expect(checkpoint.update).toBe(46);
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.model.parameters).toEqual(whole.model.parameters);
  });

  test('stops at once for an eta of 10', async () => {
    const run = train(network, parts, { ...options, engine, updates: 1000, schedule: constant({ eta: 10 }) });
    const failure = await collect(run).catch((error: unknown) => error as DivergenceError);
    expect(failure).toBeInstanceOf(DivergenceError);
    const { update, message } = failure as DivergenceError;
    expect(message).toMatch(/^the loss is (NaN|Infinity) after update \d+, at eta 10 and lambda 0\.01: training diverged\./);
    expect(run.history.at(-1)!.update).toBe(update - 2); // the measurement before, which was finite
    expect(run.history.every(({ train }) => Number.isFinite(train.cost))).toBe(true);
  });

  const initial = initialise(network);
  const standardiser = { mean: new Float64Array(48), standardDeviation: new Float64Array(48).fill(1) };
  test.each<[string, Partial<TrainOptions>, RegExp]>([
    ['a parameter', { parameters: { ...initial, b1: { ...initial.b1, data: initial.b1.data.map((value, index) => (index === 3 ? NaN : value)) } } }, /after update 0, .*: nothing was trained yet, so the initial parameters or the standardiser/],
    ['the standardiser', { standardiser: { ...standardiser, mean: new Float64Array(48).fill(NaN) } }, /after update 0, .*: nothing was trained yet, so the initial parameters or the standardiser/],
    ['the schedule', { schedule: (update) => (update < 50 ? 0.01 : NaN) }, /after update 50, at eta NaN and lambda 0\.01: the schedule gives no finite learning rate there/],
  ])('names NaN in %s at the first measurement that it reaches', async (_, change, message) => {
    const failure = await collect(train(network, parts, { ...options, engine, ...change })).catch((error: unknown) => error as DivergenceError);
    expect(failure).toBeInstanceOf(DivergenceError);
    expect((failure as DivergenceError).message).toMatch(message);
  });

  test('goes on to the same bytes from wherever it stands between two measurements, as far apart as they may be', async () => {
    const rare: TrainOptions = { ...options, engine, updates: 250, measurementsPerEpoch: 0.1, now: () => 0 }; // measured after 0, 200 and 250
    const checkpoints: Checkpoint[] = [];
    const whole = train(network, parts, { ...rare, onAdvance: () => void checkpoints.push(structuredClone(whole.checkpoint)) });
    const history = await collect(whole);
    expect(history.map(({ update }) => update)).toEqual([0, 200, 250]);
    expect(checkpoints.map(({ update, history }) => [update, history.length])).toEqual([[1, 1], [9, 1], [73, 1]]); // calls grow by eight
    for (const checkpoint of checkpoints) {
      const resumed = await fit(network, parts, { ...rare, checkpoint });
      expect(resumed.history).toEqual(history);
      expect(resumed.model).toEqual(whole.model);
    }
  });

  test('keeps on an abort what was trained since the last measurement, and says of the model what was measured', async () => {
    const controller = new AbortController();
    let advances = 0;
    const run = train(network, parts, { ...options, engine, updates: 250, measurementsPerEpoch: 0.1, now: () => 0, signal: controller.signal, onAdvance: () => void (++advances === 2 && controller.abort()) });
    await expect(collect(run)).rejects.toThrow(/abort/i);
    expect(run.checkpoint.update).toBe(9);
    expect(run.model.parameters.W1.data).not.toEqual(run.checkpoint.state.W1.data);
    expect((await evaluate(run.model, parts.validation, { lambda: 0.01, engine })).cost).toBe(run.history[0].validation.cost);
  });

  test('stops within a measurement when the loss is not finite, and says where', async () => {
    const run = train(network, parts, { ...options, engine, schedule: constant({ eta: 1e200 }) });
    const failure = await collect(run).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DivergenceError);
    expect(failure).toMatchObject({ update: 2, eta: 1e200, lambda: 0.01 });
    expect((failure as Error).message).toMatch(/after update 2, at eta 1e\+200 and lambda 0\.01/);
    expect(run.history).toHaveLength(1);
  });
});

test('one and two threads give the same bytes', async () => {
  
  const [one, two] = await Promise.all([1, 2].map(async (threads) => fit(network, parts, { ...options, engine: await openEngine({ name: 'onnx', threads }) })));
  expect(two.history).toEqual(one.history);
  expect(two.model.parameters).toEqual(one.model.parameters);
});

test('an aborted signal stops the training and leaves the history', async () => {
  const controller = new AbortController();
  const run = train(network, parts, { ...options, signal: controller.signal });
  const seen: number[] = [];
  const failure = await (async () => {
    for await (const { update } of run) {
      seen.push(update);
      if (update === 20) controller.abort();
    }
  })().catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'AbortError' });
  expect(run.history.map(({ update }) => update)).toEqual(seen);
  expect(run.checkpoint.update).toBe(20);
});

test('seconds leave out what the consumer does between measurements', async () => {
  let clock = 0;
  const run = train(network, parts, { ...options, now: () => clock });
  for await (const { update } of run) clock += update === 0 ? 5000 : 1;
  expect(run.seconds).toBe(0);
});

test('before it begins there is no model', () => {
  expect(() => train(network, parts, options).model).toThrow('the training has not begun');
});

describe('refuses at once', () => {
  const wrong: [Partial<TrainOptions>, string][] = [
    [{ lambda: -1 }, 'lambda must be a finite number, 0 or more, not -1'],
    [{ lambda: NaN }, 'lambda must be a finite number, 0 or more, not NaN'],
    [{ batchSize: 0 }, 'batchSize must be a whole number from 1 to the 200 training images, not 0'],
    [{ batchSize: 201 }, 'batchSize must be a whole number from 1 to the 200 training images, not 201'],
    [{ batchSize: 2.5 }, 'not 2.5'],
    [{ updates: 0 }, 'updates must be a whole number, 1 or more, not 0'],
    [{ epochs: 2 }, 'either updates or epochs'],
    [{ updates: undefined }, 'either updates or epochs'],
    [{ seed: 0.5 }, 'seed must be a whole number, not 0.5'],
    [{ measurementsPerEpoch: 0 }, 'measurementsPerEpoch must be above 0, not 0'],
    [{ engine: 'cuda' as 'onnx' }, "unknown engine 'cuda': the engines are 'onnx', 'tfjs', 'reference'"],
  ];
  test.each(wrong)('%j', (change, message) => {
    expect(() => train(network, parts, { ...options, ...change })).toThrow(message);
  });
  test('a network that does not fit the images or the classes', () => {
    expect(() => train(fullyConnected({ layers: [3072, 10] }), parts, options)).toThrow("the network's first layer has 3072 units, but an image has 48 pixel values");
    expect(() => train(fullyConnected({ layers: [48, 5] }), parts, options)).toThrow("the network's last layer has 5 units, but the data has 10 classes");
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
