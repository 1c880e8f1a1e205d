import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { split } from '../../src/data/split';
import type { Engine } from '../../src/engine/engine';
import { openEngine } from '../../src/engine/select-engine';
import { fullyConnected } from '../../src/network/network';
import { cyclical } from '../../src/schedule/cyclical';
import { train } from '../../src/training/train';
import type { TrainOptions } from '../../src/training/train-options';
import { randomDataset } from '../support/random-dataset';

const runs = promisify(execFile);
const root = join(__dirname, '..', '..');

const dataset = randomDataset({ recordsPerBatch: 300 });
afterAll(() => dataset.remove());
const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });

/** An engine that notes how often its programs are run aside. */
async function watchedEngine(threads: number): Promise<{ readonly engine: Engine; readonly counts: { aside: number; open: number } }> {
  const engine = await openEngine({ name: 'onnx', threads });
  const counts = { aside: 0, open: 0 };
  const compile: Engine['compile'] = async (definition, options) => {
    const program = await engine.compile(definition, options);
    if (!options?.aside) return program;
    counts.open++;
    return {
      ...program,
      run: (inputs) => {
        counts.aside++;
        return program.run(inputs);
      },
      dispose: () => {
        counts.open--;
        return program.dispose();
      },
    };
  };
  return { engine: { ...engine, compile }, counts };
}

/** A machine on which every measurement seems to take long enough for the threads to be worth their start. */
function slowClock(): () => number {
  let milliseconds = 0;
  return () => (milliseconds += 10);
}

const start = (options: Partial<TrainOptions>) =>
  train(fullyConnected({ layers: [3072, 20, 10] }), parts, { schedule: cyclical({ stepSize: 30 }), updates: 180, batchSize: 10, lambda: 0.01, measurementsPerEpoch: 15, now: slowClock(), ...options });

describe('measurements in threads beside the training', () => {
  test('have the bytes of those in between, also where the last ones are too few for a group', async () => {
    const { engine, counts } = await watchedEngine(2);
    const [aside, between] = [start({ engine }), start({ engine: await openEngine({ name: 'onnx', threads: 1 }) })];
    for await (const _ of aside);
    for await (const _ of between);
    expect(counts.aside).toBeGreaterThan(8);
    expect(aside.history.length % 16).not.toBe(1);
    expect(aside.history).toEqual(between.history);
    expect(aside.model).toEqual(between.model);
    expect(counts.open).toBe(0);
  });

  test('a run that is left while it trains ahead can be resumed where it was', async () => {
    const [whole, { engine, counts }] = [start({}), await watchedEngine(2)];
    for await (const _ of whole);
    const left = start({ engine });
    for await (const { update } of left) if (update === 100) break;
    expect(counts).toMatchObject({ aside: expect.toSatisfy((count: number) => count > 0), open: 0 });
    expect(left.checkpoint.update).toBe(100);
    expect(left.checkpoint.history.at(-1)!.update).toBe(100);
    const resumed = start({ engine, checkpoint: left.checkpoint });
    for await (const _ of resumed);
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.model).toEqual(whole.model);
  });

  test('stop with the signal, and at a loss that is not finite', async () => {
    const stopping = new AbortController();
    const [stopped, diverging] = [await watchedEngine(2), await watchedEngine(2)];
    const run = start({ engine: stopped.engine, signal: stopping.signal, updates: 3000 });
    await expect(async () => {
      for await (const { update } of run) if (update > 100) setTimeout(() => stopping.abort(), 3); // in the middle of calls
    }).rejects.toThrow('aborted');
    const blown = start({ engine: diverging.engine, schedule: (t) => (t < 80 ? 0.01 : 1e30) });
    await expect(async () => {
      for await (const _ of blown);
    }).rejects.toThrow('diverged');
    expect(blown.history.at(-1)!.update).toBe(78);
    for (const { counts } of [stopped, diverging]) expect(counts).toMatchObject({ aside: expect.toSatisfy((count: number) => count > 0), open: 0 });
  });

  test('a process that ends in the middle of their calls ends well', async () => {
    const script = `
      const { openEngine } = require(${JSON.stringify(join(root, 'dist/engine/select-engine.js'))});
      openEngine({ name: 'onnx', threads: 2 }).then(async (engine) => {
        const compute = (A, { x }) => ({ y: Array.from({ length: 300 }).reduce((y) => A.matmul(x, y), x) });
        const program = await engine.compile({ name: 'long', inputs: { x: { type: 'float', shape: [400, 400] } }, constants: {}, compute }, { aside: true });
        const x = { shape: [400, 400], data: new Float32Array(160000) };
        await program.run({ x });
        for (let call = 0; call < 6; call++) program.run({ x }).catch(() => {});
        setTimeout(() => process.exit(7), 30);
      });`;
    await expect(runs(process.execPath, ['-e', script])).rejects.toMatchObject({ code: 7, signal: null, stderr: '' });
  });
});
