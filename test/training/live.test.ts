import { afterAll, expect, test } from 'vitest';
import { split, take } from '../../src/data/split';
import { fullyConnected } from '../../src/network/network';
import { cyclical } from '../../src/schedule/cyclical';
import { evaluate } from '../../src/training/evaluate';
import { fit } from '../../src/training/fit';
import { liveMeter, liveOptions } from '../../src/training/live';
import type { Measurement } from '../../src/training/measurement';
import { train } from '../../src/training/train';
import type { TrainOptions } from '../../src/training/train-options';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 200, width: 48 });
afterAll(() => dataset.remove());

const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
const network = fullyConnected({ layers: [48, 20, 10] });
const options: TrainOptions = { schedule: cyclical({ stepSize: 50 }), updates: 100, batchSize: 10, lambda: 0.01, measurementsPerEpoch: 1 };

test('live measurements change no byte of the training, and are not part of its history', async () => {
  const live: Measurement[] = [];
  // Every call of the clock is a beat later, so that every call of the engine is followed by a measurement.
  let time = 0;
  const watched = train(network, parts, { ...options, now: () => (time += 5), live: { images: 50, perSecond: 1000, onMeasurement: (measurement) => void live.push(measurement) } });
  for await (const _measurement of watched);
  const alone = await fit(network, parts, options);
  expect(watched.history).toEqual(alone.history);
  expect(watched.model.parameters).toEqual(alone.model.parameters);
  expect(live.length).toBeGreaterThan(5);
  expect(live[0].update).toBe(0);
  const updates = live.map(({ update }) => update);
  expect(updates).toEqual([...new Set(updates)].sort((a, b) => a - b));
});

test('a live measurement is that of the first images of each part', async () => {
  const live: Measurement[] = [];
  const run = train(network, parts, { ...options, updates: 1, live: { images: 30, onMeasurement: (measurement) => void live.push(measurement) } });
  await run.next();
  const [{ train: onTrain, validation }] = live;
  expect(await evaluate(run.model, take(parts.train, 30), { lambda: 0.01 })).toEqual(onTrain);
  expect(await evaluate(run.model, take(parts.validation, 30), { lambda: 0.01 })).toEqual(validation);
  await run.return?.();
});

test('the training waits for whoever is told, off its clock', async () => {
  let time = 0;
  const run = train(network, parts, { ...options, now: () => time, live: { onMeasurement: async () => void (time += 3_600_000) } });
  for await (const _measurement of run);
  expect(run.seconds).toBe(0);
});

test('measures at once and then at the beats of its clock, without making up for missed ones', async () => {
  const at: number[] = [];
  let time = 0;
  const meter = liveMeter(liveOptions({ perSecond: 10, onMeasurement: ({ update }) => void at.push(update) }), async (update) => ({ update }) as Measurement, () => time);
  for (time = 7; time < 500; time += 30) await meter(time, {});
  // 7, then the first calls at or after 107, 207, …
  expect(at).toEqual([7, 127, 217, 307, 427]);
  time = 5000;
  await meter(5000, {});
  time = 5030;
  await meter(5030, {});
  expect(at.slice(-1)).toEqual([5000]);
});

test.each([[{ images: 0 }, /live\.images.*not 0/], [{ images: 1.5 }, /1\.5/], [{ perSecond: 0 }, /live\.perSecond.*not 0/], [{ perSecond: NaN }, /NaN/]])('refuses %j', (wrong, says) => {
  expect(() => train(network, parts, { ...options, live: { onMeasurement: () => {}, ...wrong } })).toThrow(says);
});
