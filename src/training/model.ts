import type { Dataset, Part } from '../data/dataset';
import type { Standardiser } from '../data/standardiser';
import type { HostTensors } from '../network/host-tensor';
import type { Network } from '../network/network';
import type { ProgramData } from './programs';

/** A network with its numbers, and the standardiser that its images go through first. */
export interface Model {
  readonly network: Network;
  /** W1 [d × m], b1 [m], …, as trained; with batch normalisation as `modelShapes` lists them. */
  readonly parameters: HostTensors;
  readonly standardiser: Standardiser;
}

/** What programs need of a data set. */
export function programData({ pixels, labels }: Dataset, { mean, standardDeviation }: Standardiser): ProgramData {
  return { images: pixels, labels, mean, standardDeviation };
}

/** An error unless the network takes the part's images and has an output for each of its classes. */
export function requireFit({ layers }: Network, { dataset }: Part): void {
  const [inputs, outputs] = [layers[0], layers[layers.length - 1]];
  const { width } = dataset.pixels;
  const classes = dataset.classNames.length;
  if (inputs !== width) throw new RangeError(`the network's first layer has ${inputs} units, but an image has ${width} pixel values`);
  if (outputs !== classes) throw new RangeError(`the network's last layer has ${outputs} units, but the data has ${classes} classes`);
}
