import { writeFileSync } from 'node:fs';
import type { RunSettingsInput } from '../../src/runs/settings';
import { randomDataset, type TemporaryDataset } from '../support/random-dataset';

/** A small data set that workers can attach: its labels lie beside its pixels. */
export function smallDataset(): TemporaryDataset {
  const dataset = randomDataset({ recordsPerBatch: 200, width: 48 });
  writeFileSync(dataset.pixels.path.replace('.pixels', '.labels'), dataset.labels);
  return dataset;
}

/** Settings of a run on `smallDataset` that takes a few hundredths of a second. */
export const smallSettings: RunSettingsInput = {
  layers: [48, 20, 10],
  split: { train: ['batch 1'], validation: ['batch 2'] },
  schedule: { type: 'cyclical', etaMin: 1e-5, etaMax: 0.1, stepSize: 50 },
  updates: 100,
  batchSize: 10,
  lambda: 0.01,
  engine: 'onnx',
};
