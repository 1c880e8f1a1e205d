import type { Part } from '../../data/dataset';
import { partLabels } from '../../data/dataset';
import { readImages } from '../../data/images';
import type { Standardiser } from '../../data/standardiser';
import { referenceAlgebra } from '../../engine/reference/reference-algebra';
import { hostTensor, type HostTensor } from '../../network/host-tensor';
import { type Network } from '../../network/network';
import { standardise } from '../../network/standardise';
import { scalingConstants } from '../programs';

/** A mini-batch in memory: what the network takes and what it should say. */
export interface LabelledImages {
  /** Float64, [n × d]. */
  readonly X: HostTensor;
  /** Class indices, [n]. */
  readonly labels: ArrayLike<number>;
}

export interface StandardisedImagesOptions {
  /** Take only the first so many pixel values of each image, for a reduced network. Default: all. */
  readonly dimensions?: number;
}

/**
 * The images of a (small) part with zero mean and unit variance per pixel, by the function that training uses, in float64.
 *
 * @throws RangeError if `dimensions` is not a whole number from 1 to the number of pixel values
 */
export async function standardisedImages(part: Part, standardiser: Standardiser, { dimensions }: StandardisedImagesOptions = {}): Promise<LabelledImages> {
  const n = part.rows.length;
  const { width } = part.dataset.pixels;
  const kept = dimensions ?? width;
  if (!Number.isInteger(kept) || kept < 1 || kept > width) throw new RangeError(`dimensions must be a whole number from 1 to the ${width} pixel values of an image, not ${kept}`);
  const { data } = standardise(referenceAlgebra, hostTensor([n, width], await readImages(part)), scalingConstants(standardiser));
  const X = Float64Array.from({ length: n * kept }, (_, k) => data[Math.floor(k / kept) * width + (k % kept)]);
  return { X: hostTensor([n, kept], X), labels: partLabels(part) };
}

/** An error unless the network takes the images and has an output for each label. */
export function requireImages({ layers }: Network, { X, labels }: LabelledImages): void {
  const [inputs, classes] = [layers[0], layers[layers.length - 1]];
  if (X.shape.length !== 2 || X.shape[1] !== inputs) throw new RangeError(`X must be [n × ${inputs}] for this network, not [${X.shape.join(' × ')}]`);
  if (labels.length !== X.shape[0] || labels.length === 0) throw new RangeError(`X has ${X.shape[0]} images and there are ${labels.length} labels; as many, 1 or more, would be right`);
  const wrong = Array.from(labels).find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong !== undefined) throw new RangeError(`labels must be whole numbers from 0 to ${classes - 1}, not ${wrong}`);
}
