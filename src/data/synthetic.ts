import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { classCount } from './batch-format';
import { batchNames, imageSide, pixelsPerImage } from './dataset';
import type { Batch } from './dataset';
import type { BatchSource } from './pixel-store';

/** To be raised when the images of a seed change, or caches would keep the old ones. A test pins the checksum. */
const version = 1;

/** The number of records in a batch of CIFAR-10. */
const maximumRecordsPerBatch = 10_000;

/** Draws whole numbers, uniform from −2³¹ to 2³¹ − 1. */
type Draw = () => number;

/** A coarse colour picture: nodes eight pixels apart, interpolated between. [3 × side × side] */
type Field = Int32Array;

// All arithmetic is on whole numbers, so that a seed gives the same bytes on every machine.
const pixelsPerNode = 8;
/** An image that is moved by up to 7 pixels needs nodes 0 to 5, and a field's side is odd. */
const side = 7;
const patternsPerClass = 4;
/** Contrasts in 1/256 of `bell`'s 148: the patterns have half of the scenes', which makes the set about as hard as CIFAR-10. */
const patternContrast = 32;
const sceneContrast = 60;
const tintContrast = 30;

/** What determines a synthetic set. */
export interface SyntheticOptions {
  /** Whole number that fixes every byte; by its lowest 32 bits. Default 1. */
  readonly seed?: number;
  /** 1 to 10,000. Default 10,000. */
  readonly recordsPerBatch?: number;
}

/** The synthetic set as a source for the cache. Its batches are made one at a time: see `syntheticBatches`. */
export function syntheticSource({ seed = 1, recordsPerBatch = maximumRecordsPerBatch }: SyntheticOptions = {}): BatchSource {
  checkOptions(seed, recordsPerBatch);
  return {
    key: `synthetic-${version}-${recordsPerBatch}-seed-${seed}`,
    rows: batchNames.length * recordsPerBatch,
    batches: () => syntheticBatches({ seed, recordsPerBatch }),
  };
}

/**
 * The stand-in for CIFAR-10 where that cannot be had: blurred coloured scenes in which one of the four patterns of the
 * image's class is hidden, moved by up to 7 pixels. The report's network (3072-50-10, figure 3) reaches about 50 % on it.
 *
 * @returns six batches, one at a time, in the order of `batchNames`; classes are drawn uniformly
 * @throws if seed is not a whole number or recordsPerBatch not one from 1 to 10,000
 */
export function* syntheticBatches({ seed = 1, recordsPerBatch = maximumRecordsPerBatch }: SyntheticOptions = {}): Generator<Batch> {
  checkOptions(seed, recordsPerBatch);
  const generator = xoroshiro128plus(seed);
  generator.jump(); // the states right after seeding are alike for neighbouring seeds
  const draw: Draw = () => generator.next();
  const patterns = Array.from({ length: classCount * patternsPerClass }, () => smoothField(draw));
  for (const name of batchNames) {
    const labels = new Uint8Array(recordsPerBatch);
    const pixels = new Uint8ClampedArray(recordsPerBatch * pixelsPerImage);
    for (let record = 0; record < recordsPerBatch; record++) {
      const label = below(classCount, draw);
      labels[record] = label;
      const pattern = patterns[label * patternsPerClass + below(patternsPerClass, draw)];
      paint(scene(pattern, draw), pixels.subarray(record * pixelsPerImage, (record + 1) * pixelsPerImage), draw);
    }
    yield { name, labels, pixels: new Uint8Array(pixels.buffer) };
  }
}

function checkOptions(seed: number, recordsPerBatch: number): void {
  if (!Number.isSafeInteger(seed)) throw new Error(`The synthetic set's seed is ${seed}; a whole number would be right.`);
  if (!Number.isInteger(recordsPerBatch) || recordsPerBatch < 1 || recordsPerBatch > maximumRecordsPerBatch) {
    throw new Error(`The synthetic set's records per batch are ${recordsPerBatch}; a whole number from 1 to 10,000 would be right.`);
  }
}

/** Uniform from 0 to count − 1, near enough for a count far below 2³². */
function below(count: number, draw: Draw): number {
  return Math.floor(((draw() >>> 0) / 2 ** 32) * count);
}

/** Nearly normal with mean 0 and standard deviation 148: four uniform bytes added. */
function bell(draw: Draw): number {
  const word = draw();
  return (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510;
}

/** Random nodes at even rows and columns, the means of their neighbours between. */
function smoothField(draw: Draw): Field {
  const field = new Int32Array(3 * side * side);
  for (let plane = 0; plane < 3; plane++) {
    const start = plane * side * side;
    for (let y = 0; y < side; y += 2) {
      for (let x = 0; x < side; x += 2) field[start + y * side + x] = bell(draw);
      for (let x = 1; x < side; x += 2) {
        const at = start + y * side + x;
        field[at] = (field[at - 1] + field[at + 1]) >> 1;
      }
    }
    for (let y = 1; y < side; y += 2) {
      for (let x = 0; x < side; x++) {
        const at = start + y * side + x;
        field[at] = (field[at - side] + field[at + side]) >> 1;
      }
    }
  }
  return field;
}

/** A new scene around the middle grey, with a tint of its own and the pattern in it. */
function scene(pattern: Field, draw: Draw): Field {
  const background = smoothField(draw);
  const tints = Array.from({ length: 3 }, () => (128 << 8) + tintContrast * bell(draw));
  return background.map((value, at) => {
    const tint = tints[Math.floor(at / (side * side))];
    return (tint + patternContrast * pattern[at] + sceneContrast * value) >> 8;
  });
}

/** Interpolates a scene to 32 × 32 pixels, moved by up to 7 pixels, and adds grain of up to 16 to each byte. */
function paint(field: Field, image: Uint8ClampedArray, draw: Draw): void {
  const down = below(pixelsPerNode, draw);
  const across = below(pixelsPerNode, draw);
  const row = new Int32Array(side); // of nodes, times 8
  let grain = 0;
  for (let plane = 0, pixel = 0; plane < 3; plane++) {
    for (let y = down; y < down + imageSide; y++) {
      const start = (plane * side + (y >> 3)) * side;
      for (let node = 0; node < side; node++) {
        row[node] = (8 - (y & 7)) * field[start + node] + (y & 7) * field[start + side + node];
      }
      for (let x = across; x < across + imageSide; x++, pixel++) {
        grain = (pixel & 3) === 0 ? draw() : grain >>> 8; // four bytes of grain from each draw
        const smooth = (8 - (x & 7)) * row[x >> 3] + (x & 7) * row[(x >> 3) + 1];
        image[pixel] = (smooth >> 6) + (grain & 31) - 16;
      }
    }
  }
}
