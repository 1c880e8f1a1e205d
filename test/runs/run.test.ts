import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/select-engine';
import { fullyConnected } from '../../src/network/network';
import { runOnce, storedRun } from '../../src/runs/run';
import { partsOf, parseRunSettings } from '../../src/runs/settings';
import { openStore } from '../../src/runs/store';
import type { FinishedRun } from '../../src/runs/stored-run';
import { cyclical } from '../../src/schedule/cyclical';
import { DivergenceError } from '../../src/training/divergence-error';
import { fit } from '../../src/training/fit';
import type { Measurement } from '../../src/training/measurement';
import { smallDataset, smallSettings } from './small-dataset';

const dataset = smallDataset();
const folder = mkdtempSync(join(tmpdir(), 'clr-lab-runs-'));
afterAll(() => {
  dataset.remove();
  rmSync(folder, { recursive: true });
});
let directory: string;
let messages: string[];
let count = 0;
beforeEach(() => {
  directory = join(folder, String(count++));
  messages = [];
});
const open = () => openStore({ directory, onMessage: (text) => messages.push(text) });

/** The same run by the training loop itself, without settings as data and without a store. */
const undisturbed = fit(fullyConnected({ layers: [48, 20, 10] }), partsOf({ split: smallSettings.split }, dataset), {
  schedule: cyclical({ stepSize: 50 }), updates: 100, batchSize: 10, lambda: 0.01, engine: 'onnx',
});

test('trains what train would train, stores it, and yields it from the store the next time', async () => {
  const { model, history } = await undisturbed;
  const first = await collect(storedRun(smallSettings, dataset, { store: open() }));
  expect(first.run.fromStore).toBe(false);
  expect(first.measurements).toEqual(history);
  expect(first.run.model).toEqual(model);
  expect(first.run.updates).toBe(100);
  expect(first.run.updatesPerEpoch).toBe(20);

  const second = await collect(storedRun(smallSettings, dataset, { store: open() }));
  expect(second.run.fromStore).toBe(true);
  expect(second.measurements).toEqual(history);
  expect(second.run.history).toEqual(history);
  expect(second.run.model).toEqual(model);
  expect(second.run.seconds).toBe(first.run.seconds);
  expect(second.run.key).toBe(first.run.key);
  expect(second.run.engineDescription).toMatch(/^ONNX Runtime /);
  expect(readdirSync(directory)).toEqual([first.run.key]);
});

test('a run of every kind beyond the report is stored with all that inference needs, and taken up from its checkpoint', async () => {
  const settings = { ...smallSettings, batchNormalisation: true, initialisation: 'he', dropout: { input: 0.1, hidden: 0.3 }, optimiser: { type: 'adamW' }, labelSmoothing: 0.1, augmentation: { flip: true, shift: 1 } } as const;
  const first = await collect(storedRun(settings, dataset, { store: open() }));
  expect(Object.keys(first.run.model.parameters)).toEqual(['W1', 'gamma1', 'beta1', 'mean1', 'variance1', 'W2', 'b2']);
  const second = await collect(storedRun(settings, dataset, { store: open() }));
  expect(second.run.fromStore).toBe(true);
  expect(second.measurements).toEqual(first.measurements);
  expect(second.run.model).toEqual(first.run.model);

  const store = openStore({ directory: join(directory, 'other') });
  for await (const { update } of storedRun(settings, dataset, { store })) if (update >= 40) break;
  const resumed = await collect(storedRun(settings, dataset, { store }));
  expect(resumed.run.resumedAt).toBe(40);
  expect(resumed.measurements).toEqual(first.measurements);
  expect(resumed.run.model).toEqual(first.run.model);
});

test('trains again when asked to, and labels runs with the time', async () => {
  const store = open();
  const date = (year: number) => () => new Date(Date.UTC(year, 0));
  await runOnce(smallSettings, dataset, { store, date: date(2020) });
  expect(await runOnce(smallSettings, dataset, { store, date: date(2021) })).toMatchObject({ fromStore: true });
  expect((await store.list())[0].environment.finished).toBe('2020-01-01T00:00:00.000Z');
  expect(await runOnce(smallSettings, dataset, { store, fresh: true, date: date(2022) })).toMatchObject({ fromStore: false });
  expect((await store.list()).map(({ environment }) => environment.finished)).toEqual(['2022-01-01T00:00:00.000Z']);
});

test('without a store nothing is kept', async () => {
  expect(await runOnce(smallSettings, dataset, { store: false })).toMatchObject({ fromStore: false, history: (await undisturbed).history });
});

test('a damaged run is named and trained again', async () => {
  const { key } = await runOnce(smallSettings, dataset, { store: open() });
  const path = join(directory, key, 'weights.safetensors');
  writeFileSync(path, readFileSync(path).fill(0, 500, 501));
  const again = await runOnce(smallSettings, dataset, { store: open() });
  expect(again.fromStore).toBe(false);
  expect(messages).toEqual([expect.stringContaining('weights.safetensors has another SHA-256')]);
  expect(((await open().get(key)) as FinishedRun).model).toEqual((await undisturbed).model);
});

describe('an interrupted run', () => {
  const interruptions: [string, (run: AsyncIterable<Measurement>, controller: AbortController) => Promise<unknown>][] = [
    ['aborted by its signal', (run, controller) => forEach(run, ({ update }) => update === 46 && controller.abort()).catch((error: Error) => error.name)],
    ['left by its consumer', async (run) => {
      for await (const { update } of run) if (update === 46) break;
    }],
  ];
  test.each(interruptions)('%s goes on from its checkpoint, to the same bytes', async (_, interrupt) => {
    const controller = new AbortController();
    await interrupt(storedRun(smallSettings, dataset, { store: open(), signal: controller.signal }), controller);
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.checkpoint$/)]);

    const { run, measurements } = await collect(storedRun(smallSettings, dataset, { store: open() }));
    expect(run.resumedAt).toBe(46);
    expect(run.fromStore).toBe(false);
    expect(measurements).toEqual((await undisturbed).history);
    expect(run.model).toEqual((await undisturbed).model);
    expect(readdirSync(directory)).toEqual([run.key]);
    expect(await open().get(run.key)).toMatchObject({ model: (await undisturbed).model, history: (await undisturbed).history });
  });

  test('whose checkpoint is damaged is trained from its beginning, and told so', async () => {
    for await (const { update } of storedRun(smallSettings, dataset, { store: open() })) if (update === 46) break;
    const [name] = readdirSync(directory);
    const bytes = readFileSync(join(directory, name));
    for (let position = 0; position < bytes.length; position += 97) {
      const flipped = Buffer.from(bytes);
      flipped[position] ^= 16;
      writeFileSync(join(directory, name), flipped);
      messages = [];
      expect(await open().getCheckpoint(name.slice(0, 64))).toBeUndefined();
      expect(messages).toEqual([expect.stringMatching(/The checkpoint of the run [0-9a-f]{64} in .* is damaged/)]);
    }
    const { run, measurements } = await collect(storedRun(smallSettings, dataset, { store: open() }));
    expect(run.resumedAt).toBeUndefined();
    expect(measurements).toEqual((await undisturbed).history);
  });

  test('leaves no checkpoint behind once it is finished, even if it was killed in between', async () => {
    for await (const { update } of storedRun(smallSettings, dataset, { store: open() })) if (update === 46) break;
    const [checkpoint] = readdirSync(directory);
    const bytes = readFileSync(join(directory, checkpoint));
    const { key } = await runOnce(smallSettings, dataset, { store: open() });
    writeFileSync(join(directory, checkpoint), bytes);
    await open().requireWritable();
    expect(readdirSync(directory)).toEqual([key]);
  });

  test('keeps a checkpoint as often as it is told to', async () => {
    let clock = 0;
    const store = open();
    const saved: number[] = [];
    const watched = { ...store, putCheckpoint: async (key: string, checkpoint: { update: number } & Parameters<typeof store.putCheckpoint>[1]) => {
      saved.push(checkpoint.update);
      await store.putCheckpoint(key, checkpoint);
    } };
    for await (const _ of storedRun(smallSettings, dataset, { store: watched, checkpointEverySeconds: 5, now: () => clock })) clock += 1000;
    expect(saved).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(readdirSync(directory)).toHaveLength(1);
    // Where the measurements are rarer than that, in between.
    const rare = { ...smallSettings, measurementsPerEpoch: 0.01, updates: 300 };
    saved.length = 0;
    const { history } = await runOnce(rare, dataset, { store: watched, checkpointEverySeconds: 0, now: () => (clock += 1000) });
    expect(history.map(({ update }) => update)).toEqual([0, 300]);
    expect(saved.length).toBeGreaterThan(5);
    expect(saved).toEqual([...new Set(saved)].sort((a, b) => a - b));
  });
});

test('a run that diverges is stored as such, and diverges again from the store', async () => {
  const settings = { ...smallSettings, schedule: { type: 'constant', eta: 1e200 } } as const;
  const first = await collect(storedRun(settings, dataset, { store: open() })).catch((error: unknown) => error);
  expect(first).toBeInstanceOf(DivergenceError);
  expect(first).toMatchObject({ update: 2, eta: 1e200, lambda: 0.01 });
  const run = storedRun(settings, dataset, { store: open() });
  const measurements: Measurement[] = [];
  const second = await forEach(run, (measurement) => measurements.push(measurement)).catch((error: unknown) => error);
  expect(run.fromStore).toBe(true);
  expect(second).toBeInstanceOf(DivergenceError);
  expect((second as Error).message).toBe((first as Error).message);
  expect(measurements.map(({ update }) => update)).toEqual([0]);
  expect(readdirSync(directory)).toEqual([run.key]);
});

test('what cannot be right is refused at once', async () => {
  expect(() => storedRun({ ...smallSettings, batchSize: 201 }, dataset)).toThrow('batchSize must be a whole number from 1 to the 200 training images, not 201');
  expect(() => storedRun({ ...smallSettings, layers: [3072, 10] }, dataset)).toThrow("the network's first layer has 3072 units");
  expect(() => storedRun({ ...smallSettings, lambda: -1 }, dataset)).toThrow('settings.lambda is -1');
  expect(() => storedRun(smallSettings, dataset).model).toThrow('the run has not begun');
  await expect(runOnce(smallSettings, dataset, { store: false, engine: await openEngine({ name: 'reference' }) })).rejects.toThrow('engine is reference in float64, but the settings say onnx in float32');
});

test('training on fewer images', async () => {
  const run = storedRun({ ...smallSettings, take: 100 }, dataset, { store: false });
  expect(run.updatesPerEpoch).toBe(10);
  expect(run.parts.train.rows).toEqual(partsOf(parseRunSettings(smallSettings), dataset).train.rows.slice(0, 100));
});

async function forEach(run: AsyncIterable<Measurement>, visit: (measurement: Measurement) => unknown): Promise<void> {
  for await (const measurement of run) visit(measurement);
}

async function collect<R extends AsyncIterable<Measurement>>(run: R): Promise<{ run: R; measurements: Measurement[] }> {
  const measurements: Measurement[] = [];
  await forEach(run, (measurement) => measurements.push(measurement));
  return { run, measurements };
}
