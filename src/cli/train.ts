import { Command } from 'commander';
import { interruptible, percent, say, sayJson } from './output';
import { openDatasetWithProgress } from './open-dataset-with-progress';
import { type RunFlags, settingsOf, withRunOptions } from './run-options';
import { userPath } from './user-path';

interface Flags extends RunFlags {
  readonly json: boolean;
}

/** `clr-lab train`: one run, through the store. */
export function trainCommand(): Command {
  return withRunOptions(new Command('train'))
    .description('train one network; a run that the store holds is not trained again')
    .option('--json', 'print settings, history and results as JSON', false)
    .action(train);
}

async function train(flags: Flags): Promise<void> {
  const { storedRun } = await import('../runs/run.js');
  const { evaluate } = await import('../training/evaluate.js');
  const { progress } = await import('../notebook/display/progress.js');
  const dataset = await openDatasetWithProgress(flags.data === undefined ? {} : { directory: userPath(flags.data) });
  const run = storedRun(settingsOf(flags), dataset, { fresh: flags.fresh || undefined, signal: interruptible() });
  const bar = progress({ title: 'training', total: run.updates });
  for await (const { update, validation } of run) bar.update(update, `validation accuracy ${percent(validation.accuracy)}`);
  bar.finish();
  const { accuracy } = await evaluate(run.model, run.parts.test, { engine: run.settings.engine });
  const last = run.history[run.history.length - 1];
  if (flags.json) {
    const { settings, key, history, seconds, engineDescription, fromStore } = run;
    sayJson({ dataset: { name: dataset.name, checksum: dataset.checksum }, settings, key, engine: engineDescription, fromStore, seconds, testAccuracy: accuracy, history });
    return;
  }
  if (dataset.name === 'synthetic') say('SYNTHETIC DATA');
  say(`test accuracy        ${percent(accuracy)}`);
  say(`validation accuracy  ${percent(last.validation.accuracy)}`);
  say(`training accuracy    ${percent(last.train.accuracy)}`);
  say(`${run.updates} updates in ${run.seconds.toFixed(1)} s${run.fromStore ? ' (from the store)' : ''}, ${run.engineDescription}`);
  say(`run ${run.key.slice(0, 12)}`);
}
