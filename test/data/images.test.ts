import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readImages, readImagesSync } from '../../src/data/images';
import { fitStandardiser } from '../../src/data/standardiser';
import type { Part } from '../../src/data/dataset';
import { temporaryFolder } from './fixtures';

/** A part of a data set that has nothing but pixels. */
async function partOf(bytes: Uint8Array, rows: readonly number[], width = 3072): Promise<Part> {
  const path = join(await temporaryFolder(), 'pixels');
  await writeFile(path, bytes);
  const pixels = { path, rows: bytes.length / width, width };
  const dataset = { name: 'synthetic', checksum: '', directory: undefined, classNames: [], labels: new Uint8Array(0), groups: [], pixels } as const;
  return { dataset, name: 'train', rows: Int32Array.from(rows) };
}

describe.each([['readImages', readImages], ['readImagesSync', async (part: Part) => readImagesSync(part)]])('%s', (_, read) => {
  test('reads any rows in any order', async () => {
    const width = 5;
    const bytes = Uint8Array.from({ length: 12 * width }, (_, index) => (index * 37) % 251);
    const { dataset } = await partOf(bytes, [], width);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.integer({ min: 0, max: 11 }), fc.constantFrom(3, 4, 5))), async (rows) => {
        const expected = rows.flatMap((row) => [...bytes.slice(row * width, (row + 1) * width)]);
        expect([...(await read({ dataset, name: '', rows: Int32Array.from(rows) }))]).toEqual(expected);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test.each([[[12], 12], [[10, 11, 12], 12], [[0, -1], -1], [[40], 40]])('refuses the rows %j', async (rows, outside) => {
    const part = await partOf(new Uint8Array(60), rows, 5);
    await expect(read(part)).rejects.toThrow(`Row ${outside} is not in the data set; rows from 0 to 11 would be right.`);
  });

  test('refuses a file that was cut off meanwhile', async () => {
    const part = await partOf(new Uint8Array(60), [0, 1, 11], 5);
    await truncate(part.dataset.pixels.path, 58);
    await expect(read(part)).rejects.toThrow('is cut off: 3 bytes from row 11 on where 5 would be right');
  });
});

describe('fitStandardiser', () => {
  test('agrees with two passes in float64, over more rows than it reads at once', async () => {
    const [count, width] = [5003, 7];
    const bytes = Uint8Array.from({ length: count * width }, (_, index) => Math.imul(index + 1, 2654435761) >>> ((index % width) + 24));
    const rows = Array.from({ length: count }, (_, index) => (index * 17) % count).filter((row) => row % 3 > 0);
    const { mean, standardDeviation } = await fitStandardiser(await partOf(bytes, rows, width));
    for (let pixel = 0; pixel < width; pixel++) {
      const values = rows.map((row) => bytes[row * width + pixel]);
      const expectedMean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - expectedMean) ** 2, 0) / values.length;
      expect(mean[pixel]).toBeCloseTo(expectedMean, 10);
      expect(standardDeviation[pixel]).toBeCloseTo(Math.sqrt(variance), 10);
    }
  });

  test('does not depend on the order of the rows, to the last bit', async () => {
    const bytes = Uint8Array.from({ length: 3000 * 3 }, (_, index) => Math.imul(index + 1, 2654435761) >>> 24);
    const forwards = Array.from({ length: 3000 }, (_, row) => row);
    const backwards = [...forwards].reverse();
    expect(await fitStandardiser(await partOf(bytes, forwards, 3))).toEqual(await fitStandardiser(await partOf(bytes, backwards, 3)));
  });

  test('a pixel that never varies has standard deviation 1', async () => {
    const { mean, standardDeviation } = await fitStandardiser(await partOf(Uint8Array.from([255, 0, 3, 255, 0, 5]), [0, 1], 3));
    expect([...mean]).toEqual([255, 0, 4]);
    expect([...standardDeviation]).toEqual([1, 1, 1]); // the last because it is 1: (3, 5)
    const single = await fitStandardiser(await partOf(Uint8Array.from([9, 8]), [0], 2));
    expect([...single.standardDeviation]).toEqual([1, 1]);
  });

  test('refuses an empty part', async () => {
    await expect(fitStandardiser(await partOf(new Uint8Array(3), [], 3))).rejects.toThrow('The train part is empty');
  });
});
