import { Command } from 'commander';
import { split, take } from '../data/split';
import { fitStandardiser } from '../data/standardiser';
import { fullyConnected } from '../network/network';
import { interruptible, say, sayJson } from './output';
import { openDatasetWithProgress } from './open-dataset-with-progress';
import { number, numbers } from './run-options';
import { userPath } from './user-path';

interface Flags {
  readonly layers: readonly number[];
  readonly images: number;
  readonly lambda: number;
  readonly step: number;
  readonly sample: number;
  readonly all: boolean;
  readonly seed: number;
  readonly tolerance: number;
  readonly data?: string;
  readonly json: boolean;
}

/** `clr-lab gradient-check`: analytic against numerical gradients, in float64; fails if they disagree. */
export function gradientCheckCommand(): Command {
  return new Command('gradient-check')
    .description('compare the analytic gradient with numerical ones, in float64; exits with 1 if they disagree')
    .option('--layers <sizes>', 'units per layer, such as 3072,50,10', numbers, [3072, 50, 10])
    .option('--images <count>', 'images in the mini-batch, from batch 1', number, 100)
    .option('--lambda <factor>', 'factor of the L2 term', number, 0.01)
    .option('--step <h>', 'step of the forward and the centred difference', number, 1e-5)
    .option('--sample <count>', 'elements checked in each tensor', number, 1000)
    .option('--all', 'check every element', false)
    .option('--seed <number>', 'seed of the weights and of the sample', number, 1)
    .option('--tolerance <error>', 'largest norm-wise error against the centred difference', number, 1e-7)
    .option('--data <folder>', 'folder with the CIFAR-10 binary batches (default: CIFAR10_DIR, else data/)')
    .option('--json', 'as JSON', false)
    .action(async (flags: Flags) => {
      process.exitCode = await check(flags);
    });
}

async function check({ layers, images, lambda, step, sample, all, seed, tolerance, data, json }: Flags): Promise<number> {
  const { checkGradients } = await import('../training/gradient-check/check-gradients.js');
  const { gradientErrors, wrongGradients } = await import('../training/gradient-check/gradient-errors.js');
  const { standardisedImages } = await import('../training/gradient-check/labelled-images.js');
  const dataset = await openDatasetWithProgress(data === undefined ? {} : { directory: userPath(data) });
  const { train } = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
  const labelled = await standardisedImages(take(train, images), await fitStandardiser(train), { dimensions: layers[0] });
  const result = await checkGradients(fullyConnected({ layers }), labelled, { lambda, h: step, sample: all ? 'all' : sample, seed, signal: interruptible() });
  const errors = gradientErrors(result);
  const wrong = wrongGradients(result, tolerance);
  if (json) {
    sayJson({ dataset: { name: dataset.name, checksum: dataset.checksum }, engine: result.engineDescription, layers, images, lambda, step, errors, tolerance, wrong });
    return wrong.length === 0 ? 0 : 1;
  }
  if (dataset.name === 'synthetic') say('SYNTHETIC DATA');
  say('tensor  checked   largest error            norm-wise error');
  say('                  forward     centred      forward     centred');
  for (const [name, { forward, centred, forwardNorm, centredNorm }] of Object.entries(errors)) {
    const cells = [forward, centred, forwardNorm, centredNorm].map((value) => value.toExponential(2).padEnd(12));
    say(`${name.padEnd(8)}${String(result.tensors[name].checked).padEnd(10)}${cells.join('')}`);
  }
  say(wrong.length === 0 ? `the gradient is right: every tensor within ${tolerance}, norm-wise` : `the gradient is WRONG in ${wrong.join(', ')}: above ${tolerance}, norm-wise`);
  return wrong.length === 0 ? 0 : 1;
}
