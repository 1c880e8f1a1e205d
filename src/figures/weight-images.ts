import { imageBytes, tiles, type Picture, type PictureOptions } from './picture';

/**
 * The weights of the first layer as images, one per hidden unit, each scaled on its own: grey is 0, the largest absolute weight is full colour.
 *
 * `weights` is W1, [3072 × units] row by row: weight of pixel p into unit u at p · units + u. Pixels are planes red, green, blue.
 * Throws a RangeError if there are not 3072 · units weights.
 */
export function weightImages(weights: ArrayLike<number>, options: Omit<PictureOptions, 'rowTitles'> = {}): Picture {
  const units = weights.length / imageBytes;
  if (!Number.isInteger(units) || units === 0) throw new RangeError(`weightImages: ${weights.length} weights; a positive multiple of ${imageBytes} is needed`);
  return tiles(Array.from({ length: units }, (_, unit) => {
    const column = Float64Array.from({ length: imageBytes }, (_, pixel) => weights[pixel * units + unit]!);
    const largest = column.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-30);
    return { image: column.map((weight) => Math.round(127.5 + 127.5 * weight / largest)) };
  }), options);
}
