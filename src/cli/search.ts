import { Command, InvalidArgumentError, Option } from 'commander';
import { interruptible, percent, say, sayJson } from './output';
import { openDatasetWithProgress } from './open-dataset-with-progress';
import { number, numbers, type RunFlags, settingsOf, withRunOptions } from './run-options';
import { userPath } from './user-path';

interface Flags extends RunFlags {
  readonly parameter: string;
  readonly range: readonly [number, number];
  readonly count: number;
  readonly scale: 'log' | 'linear';
  readonly random: boolean;
  readonly seeds?: readonly number[];
  readonly workers?: number;
  readonly queue?: string | true;
  readonly study?: string;
  readonly json: boolean;
}

/** `clr-lab search`: one parameter, on a grid or drawn at random. */
export function searchCommand(): Command {
  return withRunOptions(new Command('search'))
    .description('try values of a parameter, several at a time; what the store holds is not trained again')
    .option('--parameter <path>', 'what to vary: lambda, batchSize, schedule.etaMax, …', 'lambda')
    .requiredOption('--range <from:to>', 'its smallest and largest value, such as 1e-7:1e-1', range)
    .option('--count <values>', 'how many values', number, 8)
    .addOption(new Option('--scale <scale>', 'how they lie').choices(['log', 'linear']).default('log'))
    .option('--random', 'draw them at random instead of from a grid', false)
    .option('--seeds <seeds>', 'try each value with each of these seeds, such as 1,2,3', numbers)
    .option('--workers <count>', 'runs at a time (default: one per core; over a queue, as many as its workers take)', number)
    .option('--queue [url]', 'train on the workers of a queue: the Redis, such as redis://host:6379 (without one: CLR_LAB_QUEUE, else redis://127.0.0.1:6379)')
    .option('--study <name>', 'with --queue: the study to join, resume or begin')
    .option('--json', 'print all trials as JSON', false)
    .action(search);
}

function range(text: string): [number, number] {
  const ends = text.split(':').map(number);
  if (ends.length !== 2) throw new InvalidArgumentError(`${JSON.stringify(text)} is no range; FROM:TO would be right.`);
  return ends as [number, number];
}

async function search(flags: Flags): Promise<void> {
  const { linear, logarithmic, logUniform, uniform } = await import('../search/space.js');
  const { defaultQueue } = await import('../search/queue/address.js');
  const { bestTrial, search: begin } = await import('../search/search.js');
  const dataset = await openDatasetWithProgress(flags.data === undefined ? {} : { directory: userPath(flags.data) });
  const { parameter, range: [from, to], count, scale, random, seeds = [flags.seed], workers, study: name } = flags;
  const queue = flags.queue === true ? defaultQueue() : flags.queue;
  const dimension = random ? (scale === 'log' ? logUniform({ from, to }) : uniform({ from, to })) : scale === 'log' ? logarithmic({ from, to, count }) : linear({ from, to, count });
  const study = begin({ dataset, settings: settingsOf(flags), space: { [parameter]: dimension }, trials: count, seeds, workers, queue, study: name, fresh: flags.fresh || undefined, signal: interruptible() });
  if (!flags.json && dataset.name === 'synthetic') say('SYNTHETIC DATA');
  if (!flags.json && study.name !== undefined) say(`the study ${study.name}: --study ${study.name} joins it, or resumes it later`);
  for await (const { parameters, seed, state, value, reason, seconds, stint } of study) {
    const outcome = value === null ? `${state}: ${reason}` : `validation accuracy ${percent(value)}`;
    if (!flags.json) say(`${study.trials.length} of ${study.total}  ${parameter} ${parameters[parameter].toPrecision(4)}  seed ${seed}  ${outcome}  ${seconds.toFixed(1)} s${queue !== undefined && stint ? `  ${stint.worker}` : ''}`);
  }
  const best = study.trials.some(({ state }) => state === 'complete') ? bestTrial(study.trials) : undefined;
  if (flags.json) {
    const trials = study.trials.map(({ number: index, parameters, seed, state, value, reason, seconds, stint, key }) => ({ number: index, parameters, seed, state, value, reason, seconds, stint, key }));
    sayJson({ dataset: { name: dataset.name, checksum: dataset.checksum }, trials, best: best && { parameters: best.parameters, value: best.value, key: best.key } });
  } else if (best) {
    say(`best: ${parameter} ${best.parameters[parameter].toPrecision(4)}, validation accuracy ${percent(best.value)}`);
  }
}
