import { pixelsPerImage } from './dataset';

/** Bytes of a record in the CIFAR-10 binary version: one label, then the pixels. */
export const recordSize = 1 + pixelsPerImage;

/** Number of classes; labels are 0 to 9. */
export const classCount = 10;

/**
 * Takes a batch file apart.
 *
 * @param bytes the whole file: n records of 3,073 bytes
 * @param file how error messages name it
 * @returns labels [n] and pixels [n × 3,072], both copies
 * @throws if the length is not a positive multiple of 3,073 or a label is above 9
 */
export function decodeBatch(bytes: Uint8Array, file: string): { labels: Uint8Array; pixels: Uint8Array } {
  checkWholeRecords(bytes.length, file);
  checkLabels(bytes, file);
  const count = bytes.length / recordSize;
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * pixelsPerImage);
  for (let record = 0; record < count; record++) {
    const start = record * recordSize;
    labels[record] = bytes[start];
    pixels.set(bytes.subarray(start + 1, start + recordSize), record * pixelsPerImage);
  }
  return { labels, pixels };
}

/** Puts labels [n] and pixels [n × 3,072] together as a batch file; the inverse of `decodeBatch`. */
export function encodeBatch(labels: Uint8Array, pixels: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(labels.length * recordSize);
  for (let record = 0; record < labels.length; record++) {
    const start = record * recordSize;
    bytes[start] = labels[record];
    bytes.set(pixels.subarray(record * pixelsPerImage, (record + 1) * pixelsPerImage), start + 1);
  }
  return bytes;
}

/** @throws if `size` bytes are not one or more whole records */
export function checkWholeRecords(size: number, file: string): void {
  if (size === 0 || size % recordSize !== 0) {
    throw new Error(
      `${file} holds ${size.toLocaleString('en')} bytes; one or more whole records of ${recordSize.toLocaleString('en')} ` +
        'bytes (a label and 3,072 pixels) would be right. Is it cut off?',
    );
  }
}

/**
 * Checks the labels of whole records.
 *
 * @param firstRecord the number of the first record in `bytes`, for the message
 * @throws if a label is above 9
 */
export function checkLabels(bytes: Uint8Array, file: string, firstRecord: number = 0): void {
  for (let start = 0; start < bytes.length; start += recordSize) {
    if (bytes[start] >= classCount) {
      throw new Error(
        `${file} has label ${bytes[start]} in record ${firstRecord + start / recordSize} (counting from 0); ` +
          'labels from 0 to 9 would be right.',
      );
    }
  }
}
