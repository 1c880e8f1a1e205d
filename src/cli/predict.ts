import { Command } from 'commander';
import { cifar10ClassNames } from '../data/dataset';
import { percent, say, sayJson } from './output';
import { isReal, openRun } from './stored-runs';
import { userPath } from './user-path';

interface Flags {
  readonly run?: string;
  readonly json: boolean;
}

/** So many of the likeliest classes are named. */
const SHOWN = 3;

/** `clr-lab predict`: what a stored network takes pictures for. */
export function predictCommand(): Command {
  return new Command('predict')
    .description('say what pictures show, by the best network in the store of runs')
    .argument('<images...>', 'PNG or JPEG files; they are scaled to 32 × 32')
    .option('--run <key>', "another run's network: its key, or the beginning of it")
    .option('--json', 'print the probabilities of all classes as JSON', false)
    .action(predict);
}

async function predict(files: readonly string[], { run: beginning, json }: Flags): Promise<void> {
  const { readImageFile } = await import('../data/image-file.js');
  const { predictImages } = await import('../training/predict.js');
  const run = await openRun(beginning);
  const images = Buffer.concat(await Promise.all(files.map((file) => readImageFile(userPath(file)))));
  const { probabilities } = await predictImages(run.model, images);
  const count = cifar10ClassNames.length;
  const results = files.map((file, index) => {
    const classes = cifar10ClassNames.map((name, k) => ({ name, probability: probabilities[index * count + k] }));
    return { file, classes: classes.sort((a, b) => b.probability - a.probability) };
  });
  const { accuracy } = run.history[run.history.length - 1].validation;
  if (json) {
    const predictions = results.map(({ file, classes }) => ({ file, class: classes[0].name, probabilities: Object.fromEntries(classes.map(({ name, probability }) => [name, probability])) }));
    return sayJson({ run: run.key, dataset: isReal(run) ? 'cifar10' : 'synthetic', validationAccuracy: accuracy, predictions });
  }
  if (!isReal(run)) say('SYNTHETIC DATA');
  for (const { file, classes } of results) say(`${file}  ${classes.slice(0, SHOWN).map(({ name, probability }) => `${name} ${percent(probability)}`).join('  ')}`);
  say(`by run ${run.key.slice(0, 12)}, ${run.model.network.layers.join('-')}, validation accuracy ${percent(accuracy)}`);
}
