import { imageBytes, tiles, type Picture, type PictureOptions } from './picture';

export interface ImageGridOptions extends PictureOptions {
  /** One below each image; lines are divided by \n. Default none. */
  captions?: readonly string[];
}

/**
 * Images in a grid, `columns` in a row.
 *
 * `images` is [n × 3072] bytes 0 … 255, each image as planes red, green, blue of 32 × 32.
 * Throws a RangeError if it is not a whole number of images, or captions are not as many as images.
 */
export function imageGrid(images: Uint8Array, { captions, ...options }: ImageGridOptions = {}): Picture {
  const count = images.length / imageBytes;
  if (!Number.isInteger(count)) throw new RangeError(`imageGrid: ${images.length} bytes; a multiple of ${imageBytes} is needed`);
  if (captions !== undefined && captions.length !== count) throw new RangeError(`imageGrid: ${captions.length} captions for ${count} images; they must be as many`);
  return tiles(Array.from({ length: count }, (_, i) => ({ image: imageOf(images, i), ...(captions === undefined ? {} : { caption: captions[i]! }) })), options);
}

export interface ClassGridOptions extends Omit<PictureOptions, 'rowTitles' | 'columns'> {
  /** Images shown of each class: the first ones. Default 10. */
  perClass?: number;
}

/**
 * The first images of each class, a class to a row with its name at the left.
 *
 * `images` [n × 3072] bytes as planes, `labels` [n] class indices, `classNames` [classes].
 */
export function classGrid(images: Uint8Array, labels: ArrayLike<number>, classNames: readonly string[], { perClass = 10, ...options }: ClassGridOptions = {}): Picture {
  const chosen: number[][] = classNames.map(() => []);
  for (let i = 0; i < labels.length; i++) {
    const row = chosen[labels[i]!];
    if (row === undefined) throw new RangeError(`classGrid: label ${labels[i]} of image ${i}; there are ${classNames.length} classes`);
    if (row.length < perClass) row.push(i);
  }
  const blank = new Uint8Array(imageBytes).fill(255);
  const cells = chosen.flatMap((row) => Array.from({ length: perClass }, (_, i) => ({ image: row[i] === undefined ? blank : imageOf(images, row[i]) })));
  return tiles(cells, { ...options, columns: perClass, rowTitles: classNames });
}

/** The bytes of one image, without a copy. */
export function imageOf(images: Uint8Array, index: number): Uint8Array {
  return images.subarray(index * imageBytes, (index + 1) * imageBytes);
}
