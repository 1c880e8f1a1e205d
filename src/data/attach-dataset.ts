import { readFileSync, statSync } from 'node:fs';
import type { Dataset, Group, PixelFile } from './dataset';
import { labelsPath } from './pixel-store';

/** A data set without its labels and pixels, as plain JSON: what a worker needs to find it. */
export interface DatasetDescription {
  readonly name: 'cifar10' | 'synthetic';
  readonly checksum: string;
  readonly directory?: string;
  readonly classNames: readonly string[];
  readonly groups: readonly Group[];
  readonly pixels: PixelFile;
  /** The file with the labels, one byte a row. */
  readonly labels: string;
}

/** Describes a data set from `openDataset` as plain JSON, for `attachDataset` in another thread or process. */
export function describeDataset({ name, checksum, directory, classNames, groups, pixels }: Dataset): DatasetDescription {
  return { name, checksum, ...(directory === undefined ? {} : { directory }), classNames, groups, pixels, labels: labelsPath(pixels.path) };
}

/**
 * The data set of a description, in well under a millisecond: the labels are read, the pixels are neither read nor
 * verified (`openDataset` did that).
 *
 * @throws if one of the two files is gone or has another size
 */
export function attachDataset({ labels: path, ...description }: DatasetDescription): Dataset {
  const { pixels } = description;
  checkSize(pixels.path, statSync(pixels.path, { throwIfNoEntry: false })?.size, pixels.rows * pixels.width);
  checkSize(path, statSync(path, { throwIfNoEntry: false })?.size, pixels.rows);
  return { ...description, directory: description.directory, labels: new Uint8Array(readFileSync(path)) };
}

function checkSize(path: string, found: number | undefined, right: number): void {
  if (found === right) return;
  throw new Error(`${path} ${found === undefined ? 'is gone' : `holds ${found} bytes where ${right} would be right`}. Open the data set again.`);
}
