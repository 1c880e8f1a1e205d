import { Command } from 'commander';
import { percent, say, sayJson } from './output';
import { findRun, openRuns } from './stored-runs';
import type { RunSummary } from '../runs/stored-run';

interface Flags {
  readonly json: boolean;
}

/** `clr-lab runs …`: what the store holds. */
export function runsCommand(): Command {
  const runs = new Command('runs').description('the store of finished runs');
  runs.command('list').description('all runs, oldest first').option('--json', 'as JSON, with their histories', false).action(list);
  runs.command('show').description('one run').argument('<key>', 'its key, or the beginning of it').option('--json', 'as JSON', false).action(show);
  runs.command('remove').description('remove one run').argument('<key>', 'its key, or the beginning of it').action(remove);
  return runs;
}

async function list({ json }: Flags): Promise<void> {
  const store = await openRuns();
  const runs = await store.list();
  if (json) return sayJson(runs);
  if (runs.length === 0) return say(`no runs in ${store.directory}`);
  for (const run of runs) say(line(run));
}

async function show(beginning: string, { json }: Flags): Promise<void> {
  const run = await findRun(beginning);
  if (json) return sayJson(run);
  say(line(run));
  sayJson({ settings: run.identity.settings, environment: run.environment, seconds: run.seconds });
}

async function remove(beginning: string): Promise<void> {
  const { key } = await findRun(beginning);
  await (await openRuns()).remove(key);
  say(`removed ${key}`);
}

function line({ key, identity, history, outcome, seconds, environment }: RunSummary): string {
  const { layers, lambda, updates, seed, engine } = identity.settings;
  const last = history[history.length - 1];
  const result = outcome === 'diverged' ? 'diverged' : `validation ${percent(last.validation.accuracy)}`;
  return `${key.slice(0, 12)}  ${environment.finished}  ${layers.join('-')}  lambda ${lambda}  ${updates} updates  seed ${seed}  ${engine}  ${result}  ${seconds.toFixed(1)} s`;
}
