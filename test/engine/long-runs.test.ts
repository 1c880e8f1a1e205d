import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { split } from '../../src/data/split';
import { fitStandardiser } from '../../src/data/standardiser';
import type { Engine, Program } from '../../src/engine/engine';
import { onnxEngine } from '../../src/engine/onnx/onnx-engine';
import { loadTensorFlow } from '../../src/engine/tfjs/load-tensorflow';
import { tfjsEngine } from '../../src/engine/tfjs/tfjs-engine';
import { hostTensor, type HostTensors } from '../../src/network/host-tensor';
import { initialise } from '../../src/network/initialise';
import { fullyConnected } from '../../src/network/network';
import { constant } from '../../src/schedule/constant';
import { fit } from '../../src/training/fit';
import { miniBatches } from '../../src/training/mini-batches';
import { programData } from '../../src/training/model';
import { updatesProgram } from '../../src/training/programs';
import { train } from '../../src/training/train';
import { randomDataset } from '../support/random-dataset';

const network = fullyConnected({ layers: [48, 20, 10] });
const dataset = randomDataset({ recordsPerBatch: 200, width: 48 });
const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
const wide = randomDataset({ recordsPerBatch: 1000 });
afterAll(() => {
  dataset.remove();
  wide.remove();
});

/** 10,000 updates in calls of 100; `watch` is asked after each thousand. */
async function tenThousandUpdates(engine: Engine, watch: () => number): Promise<number[]> {
  const program: Program = await engine.compile(updatesProgram(network, programData(dataset, await fitStandardiser(parts.train)), 10));
  const batches = miniBatches(parts.train.rows, { batchSize: 10, seed: 1 });
  let parameters: HostTensors = initialise(network);
  const seen: number[] = [];
  for (let first = 1; first <= 10_000; first += 100) {
    parameters = await program.run({
      ...parameters,
      rows: hostTensor([100, 10], batches.rows(first, first + 99)),
      etas: hostTensor([100], new Float64Array(100).fill(1e-3)),
      lambda: hostTensor([], Float64Array.of(0.01)),
    });
    if (first % 1000 === 1) seen.push(watch());
  }
  await program.dispose();
  return seen;
}

describe('10,000 updates leave memory flat', () => {
  test('tfjs: as many tensors at the end as at the beginning', async () => {
    const { tf } = await loadTensorFlow();
    const before = tf.memory().numTensors;
    const seen = await tenThousandUpdates(await tfjsEngine(), () => tf.memory().numTensors);
    expect(new Set(seen).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('onnx: resident memory grows by less than 30 MB after the first thousand', async () => {
    const seen = await tenThousandUpdates(onnxEngine({ threads: 1 }), () => {
      global.gc?.();
      return process.memoryUsage.rss();
    });
    expect(seen[seen.length - 1] - seen[1]).toBeLessThan(30e6);
  });
});

describe('the same seed gives the same bytes', () => {
  const options = { updates: 60, batchSize: 10, seed: 3, lambda: 0.01 };
  const digest = ({ model, history }: Awaited<ReturnType<typeof fit>>) => {
    const hash = createHash('sha256').update(JSON.stringify(history));
    for (const [name, { data }] of Object.entries(model.parameters)) hash.update(name).update(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    return hash.digest('hex');
  };

  test.each(['onnx', 'tfjs'] as const)('%s, in this process and in another', async (engine) => {
    const here = digest(await fit(network, parts, { ...options, schedule: constant({ eta: 0.01 }), engine }));
    const there = execFileSync(process.execPath, [join(__dirname, 'train-in-another-process.cjs'), engine, JSON.stringify({ dataset, options })], { encoding: 'utf8' });
    expect(there.trim()).toBe(here);
  });
});

describe('aborting acts within 300 ms', () => {
  test.each(['onnx', 'tfjs'] as const)('%s', async (engine) => {
    const wideParts = split(wide, { train: 'all', validation: 1000 });
    const controller = new AbortController();
    const run = train(fullyConnected({ layers: [3072, 200, 10] }), wideParts, { schedule: constant({ eta: 0.01 }), epochs: 20, signal: controller.signal, engine });
    await run.next(); // compiled, and measured once
    await run.next();
    let aborted = 0;
    setTimeout(() => {
      aborted = performance.now();
      controller.abort();
    }, 500);
    const failure = await (async () => {
      for await (const _ of run);
    })().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'AbortError' });
    expect(performance.now() - aborted).toBeLessThan(300);
  });
});
