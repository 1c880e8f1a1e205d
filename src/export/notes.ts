import { join } from 'node:path';
import { cifar10ClassNames } from '../data/dataset';
import type { Model } from '../training/model';

/** What an exported file says of its network beside the numbers. */
export interface ExportNotes {
  /** Names of the classes, in the order of the outputs. Default: CIFAR-10's. */
  readonly classNames?: readonly string[];
  /** More text, by key, such as the settings of the run. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** All notes as text by key: class names, the units per layer, who made it, and whatever else is given. */
export function notesOf({ network }: Model, { classNames = cifar10ClassNames, metadata = {} }: ExportNotes): Readonly<Record<string, string>> {
  const classes = network.layers[network.layers.length - 1];
  if (classNames.length !== classes) throw new RangeError(`classNames has ${classNames.length} names; one for each of the ${classes} outputs would be right`);
  return { classNames: JSON.stringify(classNames), layers: JSON.stringify(network.layers), producer: `clr-lab ${version()}`, ...metadata };
}

export function version(): string {
  return (require(join(__dirname, '..', '..', 'package.json')) as { version: string }).version;
}
