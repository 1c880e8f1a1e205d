import { hostTensor, type HostTensor } from '../network/host-tensor';
import { randomWords } from '../random/words';

/** Which variants of an image the network may be shown in training. */
export interface Augmentation {
  /** Mirrored left to right, every other time. Default false. */
  readonly flip?: boolean;
  /** Moved by up to so many pixels, up or down and left or right; what comes in at the edges is the mean. Default 0. */
  readonly shift?: number;
}

/** Red, green and blue, each a square. */
const CHANNELS = 3;

/**
 * The augmentation with its defaults; undefined if it changes nothing.
 *
 * @param width pixel values of an image
 * @throws RangeError for a shift that is no whole number or as large as the image, or images that are no squares of three colours
 */
export function augmentationOf({ flip = false, shift = 0 }: Augmentation, width: number): Required<Augmentation> | undefined {
  if (!flip && shift === 0) return undefined;
  const side = sideOf(width);
  if (!Number.isInteger(side)) throw new RangeError(`augmentation needs square images of ${CHANNELS} colours, not of ${width} pixel values`);
  if (!Number.isInteger(shift) || shift < 0 || shift >= side) throw new RangeError(`augmentation.shift must be a whole number of pixels, from 0 to ${side - 1}, not ${shift}`);
  return { flip, shift };
}

const sideOf = (width: number) => Math.sqrt(width / CHANNELS);

/** How many variants of each image there are. */
function variantCount({ flip, shift = 0 }: Augmentation): number {
  return (flip ? 2 : 1) * (2 * shift + 1) ** 2;
}

/**
 * Where each pixel of each variant comes from, integers [variants × d]; −1 comes from outside of the image. For
 * `rearrange` of standardised images, so that what comes from outside is each pixel's mean.
 */
export function variantTable(augmentation: Augmentation, width: number): HostTensor {
  const { shift = 0 } = augmentation;
  const [side, offsets] = [sideOf(width), 2 * shift + 1];
  const table = Int32Array.from({ length: variantCount(augmentation) * width }, (_, index) => {
    const [variant, pixel] = [Math.floor(index / width), index % width];
    const [down, right] = [(Math.floor(variant / offsets) % offsets) - shift, (variant % offsets) - shift];
    const [row, column] = [(Math.floor(pixel / side) % side) - down, (pixel % side) - right]; // in the image, perhaps mirrored
    if (row < 0 || row >= side || column < 0 || column >= side) return -1;
    const flipped = variant >= offsets ** 2;
    return pixel - (pixel % side ** 2) + row * side + (flipped ? side - 1 - column : column);
  });
  return hostTensor([variantCount(augmentation), width], table);
}

/** The variants of the images of updates `first` … `last`, [updates × batch], each as likely as any; from the seed and the update's number alone. */
export function drawVariants(augmentation: Augmentation, batchSize: number, seed: number, first: number, last: number): Int32Array {
  const variants = variantCount(augmentation);
  const drawn = new Int32Array((last - first + 1) * batchSize);
  for (let t = first; t <= last; t++) {
    const words = randomWords(batchSize, seed, 'augmentation', t);
    for (let k = 0; k < batchSize; k++) drawn[(t - first) * batchSize + k] = Math.floor((words[k] / 2 ** 32) * variants);
  }
  return drawn;
}
