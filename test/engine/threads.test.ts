import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { fitStandardiser } from '../../src/data/standardiser';
import { split } from '../../src/data/split';
import { openEngine } from '../../src/engine/select-engine';
import { fullyConnected } from '../../src/network/network';
import { constant } from '../../src/schedule/constant';
import { fit } from '../../src/training/fit';
import { predict } from '../../src/training/predict';
import { randomDataset } from '../support/random-dataset';

const dataset = randomDataset({ recordsPerBatch: 310 });
afterAll(() => dataset.remove());
const parts = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });

/** Widths around those at which ONNX Runtime's products change how they share columns among threads, and group their sums. */
const cases = [
  { layers: [3072, 50, 10], batchSize: 10 },
  { layers: [3072, 128, 10], batchSize: 100 },
  { layers: [3072, 200, 10], batchSize: 50 },
  { layers: [3072, 500, 300, 10], batchSize: 100 },
  { layers: [3072, 33, 700, 10], batchSize: 150 },
] as const;

describe.each(cases)('$layers, mini-batches of $batchSize', ({ layers, batchSize }) => {
  test('trains, measures and predicts to the same bytes on any number of threads', async () => {
    const network = fullyConnected({ layers });
    const results: Record<string, string | number>[] = [];
    for (const threads of [1, 2, 3, 8]) {
      const engine = await openEngine({ name: 'onnx', threads });
      const standardiser = await fitStandardiser(parts.train);
      const { model, history } = await fit(network, parts, { schedule: constant({ eta: 0.01 }), updates: 4, batchSize, lambda: 0.01, seed: 1, engine, standardiser });
      const { probabilities } = await predict(model, parts.test, { engine });
      results.push({ threads, parameters: sha256(...Object.values(model.parameters).map(({ data }) => data)), history: sha256(Buffer.from(JSON.stringify(history))), probabilities: sha256(probabilities) });
    }
    expect(results).toEqual(results.map(({ threads }) => ({ ...results[0], threads })));
  });
});

function sha256(...arrays: NodeJS.TypedArray[]): string {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(array);
  return hash.digest('hex');
}

test('more threads than that are refused', async () => {
  await expect(openEngine({ name: 'onnx', threads: 13 })).rejects.toThrow('threads must be a whole number from 1 to 12, not 13');
});
