import { Command } from 'commander';
import { openDatasetWithProgress } from './open-dataset-with-progress';
import { say, sayJson } from './output';
import { userPath } from './user-path';

interface Flags {
  readonly data?: string;
  readonly json: boolean;
}

/** `clr-lab data`: find, check and if need be download the data set. */
export function dataCommand(): Command {
  return new Command('data')
    .description('find the data set, or download it, check every byte, and say what it is')
    .option('--data <folder>', 'folder with the CIFAR-10 binary batches (default: CIFAR10_DIR, else data/)')
    .option('--json', 'as JSON', false)
    .action(async ({ data, json }: Flags) => {
      const { name, directory, checksum, labels, classNames, pixels } = await openDatasetWithProgress(data === undefined ? {} : { directory: userPath(data) });
      if (json) return sayJson({ name, directory, checksum, images: labels.length, classNames, pixels: pixels.path });
      say(`${name === 'synthetic' ? 'SYNTHETIC stand-in' : 'CIFAR-10, as published'}: ${labels.length} images`);
      if (directory !== undefined) say(`in      ${directory}`);
      say(`SHA-256 ${checksum}`);
      say(`pixels  ${pixels.path}`);
    });
}
