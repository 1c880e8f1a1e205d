import { readImages } from './images';
import type { Part } from './dataset';

/** Mean and standard deviation of each pixel over a training part: x ↦ (x − mean) / standardDeviation, in bytes (0 to 255). */
export interface Standardiser {
  /** [3,072] */
  readonly mean: Float64Array;
  /** [3,072], all above 0 */
  readonly standardDeviation: Float64Array;
}

/** 2,000 images are 6 MB. */
const rowsPerRead = 2000;

/**
 * Mean and standard deviation of each pixel over a part, usually the training part.
 *
 * The standard deviation is that of the population (divided by n). MATLAB's `std` divides by n − 1: for n = 10,000 the
 * result differs by a factor of 1.00005, which trains to the same network for all purposes. A pixel that never varies
 * has standard deviation 1, so that it becomes 0. Sums are of whole numbers and exact, so the result does not depend on
 * the order of the rows.
 *
 * @throws if the part is empty
 */
export async function fitStandardiser(part: Part): Promise<Standardiser> {
  const { dataset, name, rows } = part;
  const n = rows.length;
  if (n === 0) throw new Error(`The ${name} part is empty; at least one row would be right.`);
  const { width } = dataset.pixels;
  const sums = new Float64Array(width);
  const squares = new Float64Array(width); // up to 255² · 60,000 < 2³², and below n times that < 2⁵³
  for (let start = 0; start < n; start += rowsPerRead) {
    addSums(await readImages({ dataset, name, rows: rows.subarray(start, start + rowsPerRead) }), sums, squares);
  }
  const mean = sums.map((sum) => sum / n);
  const standardDeviation = squares.map((square, pixel) => Math.sqrt(n * square - sums[pixel] ** 2) / n || 1);
  return { mean, standardDeviation };
}

function addSums(images: Uint8Array, sums: Float64Array, squares: Float64Array): void {
  const width = sums.length;
  for (let start = 0; start < images.length; start += width) {
    for (let pixel = 0; pixel < width; pixel++) {
      const value = images[start + pixel];
      sums[pixel] += value;
      squares[pixel] += value * value;
    }
  }
}
