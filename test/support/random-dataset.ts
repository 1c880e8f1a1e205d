import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchNames, cifar10ClassNames, type Dataset } from '../../src/data/dataset';
import { random } from '../../src/random/random';

export interface TemporaryDataset extends Dataset {
  remove(): void;
}

/**
 * A small data set of noise around one picture per class, in a folder of its own: enough to train on, and made without the
 * code that opens data sets.
 */
export function randomDataset({ recordsPerBatch = 200, seed = 1, width = 3072 } = {}): TemporaryDataset {
  const draws = random(seed, 'random dataset');
  const rows = batchNames.length * recordsPerBatch;
  const means = Array.from({ length: 10 }, () => Float64Array.from({ length: width }, () => 128 + 30 * draws.normal()));
  const labels = Uint8Array.from({ length: rows }, () => draws.integer(0, 9));
  const pixels = new Uint8Array(rows * width);
  for (let index = 0; index < pixels.length; index++) {
    const mean = means[labels[Math.floor(index / width)]][index % width];
    pixels[index] = Math.min(255, Math.max(0, Math.round(mean + 120 * (draws.uniform() - 0.5) * 2)));
  }
  const folder = mkdtempSync(join(tmpdir(), 'clr-lab-test-'));
  const path = join(folder, 'random.pixels');
  writeFileSync(path, pixels);
  return {
    name: 'synthetic',
    checksum: `random-${seed}-${recordsPerBatch}-${width}`,
    directory: undefined,
    classNames: cifar10ClassNames,
    labels,
    groups: batchNames.map((name, index) => ({ name, start: index * recordsPerBatch, size: recordsPerBatch })),
    pixels: { path, rows, width },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
