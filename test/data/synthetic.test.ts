import { describe, expect, test } from 'vitest';
import { syntheticBatches, syntheticSource } from '../../src/data/synthetic';
import { openDataset } from '../../src/data/open-dataset';
import { readImages } from '../../src/data/images';
import { partLabels } from '../../src/data/dataset';
import { split } from '../../src/data/split';
import { temporaryFolder } from './fixtures';

async function openSmall(recordsPerBatch: number, seed = 1): ReturnType<typeof openDataset> {
  return openDataset({ synthetic: true, recordsPerBatch, seed, environment: { CLR_LAB_CACHE: await temporaryFolder() } });
}

describe('the synthetic set', () => {
  test('is the same on every machine: if this changes, raise its version', async () => {
    expect((await openSmall(50)).checksum).toBe('95039085ec835662a127e6a3400718c367a95909b4c9cba6c7c73e600b2e9adf');
    expect((await openSmall(50, 2)).checksum).toBe('c2f142877e9aefa8c9a6848d56433fe5b2abcb81f16260c8d79d379c0ee6b219');
  });

  test('has six batches of the size that is asked for, with all labels', async () => {
    const { labels, groups, pixels } = await openSmall(200);
    expect(groups.map(({ name, start, size }) => [name, start, size])).toEqual([
      ['batch 1', 0, 200], ['batch 2', 200, 200], ['batch 3', 400, 200], ['batch 4', 600, 200], ['batch 5', 800, 200], ['test batch', 1000, 200],
    ]);
    expect(pixels.rows).toBe(1200);
    expect([...new Set(labels)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('uses the range of a byte without running against its ends', () => {
    const [{ pixels }] = syntheticBatches({ recordsPerBatch: 300 });
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    const ends = pixels.filter((value) => value === 0 || value === 255).length / pixels.length;
    expect(mean).toBeGreaterThan(118);
    expect(mean).toBeLessThan(138);
    expect(ends).toBeLessThan(0.005);
    expect(Math.max(...pixels.subarray(0, 3072 * 30)) - Math.min(...pixels.subarray(0, 3072 * 30))).toBeGreaterThan(180);
  });

  // What a class looks like must be learnable, but not at a glance: the nearest class mean is a weak classifier.
  test.each([1, 2, 3])('is told apart by the nearest class mean, but badly (seed %i)', async (seed) => {
    const { train, test: tested } = split(await openSmall(400, seed), { train: 'all', validation: 1 });
    const means = classMeans(await readImages(train), partLabels(train));
    const images = await readImages(tested);
    const labels = partLabels(tested);
    const guesses = Array.from(tested.rows, (_, row) => nearest(images.subarray(row * 3072, (row + 1) * 3072), means));
    const accuracy = guesses.filter((guess, row) => guess === labels[row]).length / guesses.length;
    expect(accuracy).toBeGreaterThan(0.16); // chance is 0.1, plus or minus 0.015
    expect(accuracy).toBeLessThan(0.5);
  });

  test.each([[0, 1], [10_001, 1], [2.5, 1], [10, 0.5]])('refuses %d records with seed %d', (recordsPerBatch, seed) => {
    const wrong = Number.isInteger(seed) ? recordsPerBatch : seed;
    expect(() => syntheticSource({ recordsPerBatch, seed })).toThrow(new RegExp(`(is|are) ${wrong}; a whole number`));
  });
});

test('a source’s key names all that determines it', () => {
  const keys = [{}, { seed: 2 }, { recordsPerBatch: 500 }].map((options) => syntheticSource(options).key);
  expect(new Set(keys).size).toBe(3);
  expect(syntheticSource().key).toBe(syntheticSource({ seed: 1, recordsPerBatch: 10_000 }).key);
});

function classMeans(images: Uint8Array, labels: Uint8Array): Float64Array[] {
  const sums = Array.from({ length: 10 }, () => new Float64Array(3072));
  const counts = new Array<number>(10).fill(0);
  labels.forEach((label, row) => {
    counts[label]++;
    for (let pixel = 0; pixel < 3072; pixel++) sums[label][pixel] += images[row * 3072 + pixel];
  });
  return sums.map((sum, label) => sum.map((value) => value / counts[label]));
}

function nearest(image: Uint8Array, means: Float64Array[]): number {
  const distances = means.map((mean) => {
    let sum = 0;
    for (let pixel = 0; pixel < image.length; pixel++) sum += (mean[pixel] - image[pixel]) ** 2;
    return sum;
  });
  return distances.indexOf(Math.min(...distances));
}
