import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Part, PixelFile } from './dataset';

/** Rows that lie side by side, in the file and in the result. */
interface Run {
  /** The first row in the file. */
  readonly row: number;
  /** Its place in the result. */
  readonly index: number;
  readonly count: number;
}

/**
 * Reads the images of a part, in the part's order.
 *
 * @returns pixel bytes [n × 3,072]: per image the red plane, then green, then blue, row by row
 * @throws if a row is outside the data set or the pixel file is cut off
 */
export async function readImages({ dataset: { pixels }, rows }: Part): Promise<Uint8Array> {
  const images = new Uint8Array(rows.length * pixels.width);
  const file = await open(pixels.path);
  try {
    for (const { row, index, count } of runsOf(rows, pixels)) {
      const length = count * pixels.width;
      const { bytesRead } = await file.read(images, index * pixels.width, length, row * pixels.width);
      checkRead(bytesRead, length, row, pixels);
    }
  } finally {
    await file.close();
  }
  return images;
}

/** As `readImages`, while the caller waits: for single rows far apart it is several times faster. */
export function readImagesSync({ dataset: { pixels }, rows }: Part): Uint8Array {
  const images = new Uint8Array(rows.length * pixels.width);
  const file = openSync(pixels.path, 'r');
  try {
    for (const { row, index, count } of runsOf(rows, pixels)) {
      const length = count * pixels.width;
      checkRead(readSync(file, images, index * pixels.width, length, row * pixels.width), length, row, pixels);
    }
  } finally {
    closeSync(file);
  }
  return images;
}

function* runsOf(rows: Int32Array, pixels: PixelFile): Generator<Run> {
  for (let index = 0; index < rows.length; ) {
    const row = rows[index];
    let count = 1;
    while (index + count < rows.length && rows[index + count] === row + count) count++;
    if (row < 0 || row + count > pixels.rows) {
      const outside = row < 0 ? row : Math.max(row, pixels.rows);
      throw new Error(`Row ${outside} is not in the data set; rows from 0 to ${pixels.rows - 1} would be right.`);
    }
    yield { row, index, count };
    index += count;
  }
}

function checkRead(found: number, right: number, row: number, { path }: PixelFile): void {
  if (found !== right) {
    throw new Error(`${path} is cut off: ${found} bytes from row ${row} on where ${right} would be right. Open the data set again to write it anew.`);
  }
}
