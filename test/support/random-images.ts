import { hostTensor } from '../../src/network/host-tensor';
import { random } from '../../src/random/random';
import type { LabelledImages } from '../../src/training/gradient-check/labelled-images';

/** n images of d standard normal pixels, with labels drawn at random. */
export function randomImages(n: number, d: number, { seed = 1, classes = 10 } = {}): LabelledImages {
  const draws = random(seed, 'random images');
  const X = hostTensor([n, d], Float64Array.from({ length: n * d }, () => draws.normal()));
  return { X, labels: Uint8Array.from({ length: n }, () => draws.integer(0, classes - 1)) };
}
