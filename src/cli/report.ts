import { Command, Option } from 'commander';
import { join } from 'node:path';
import type { EngineName } from '../engine/engine';
import type { NotebookEvent, ReportOptions } from '../report/report';
import { openDatasetWithProgress } from './open-dataset-with-progress';
import { interruptible, say } from './output';
import { userPath } from './user-path';

interface Flags {
  readonly only: readonly string[];
  readonly all: boolean;
  readonly set: readonly string[];
  readonly data?: string;
  readonly engine?: EngineName;
  readonly fresh: boolean;
  readonly output: string;
}

const collect = (value: string, before: readonly string[]) => [...before, value];

/** `clr-lab report`: executes notebooks and writes report/. */
export function reportCommand(): Command {
  return new Command('report')
    .description('execute the notebooks and write report/index.html and report/results.json')
    .option('--only <name>', 'execute this notebook only, such as figure-3; may be repeated', collect, [])
    .option('--all', 'also the notebooks that go beyond the report', false)
    .option('--set <key=value>', "override a notebook's parameter, such as quick=true; may be repeated", collect, [])
    .option('--data <folder>', 'folder with the CIFAR-10 binary batches (default: CIFAR10_DIR, else data/)')
    .addOption(new Option('--engine <name>', 'what computes (default: CLR_LAB_ENGINE, else onnx)').choices(['onnx', 'tfjs', 'reference']))
    .option('--fresh', 'train again what the store of runs holds', false)
    .option('--output <folder>', 'where the report goes', 'report')
    .action(async (flags: Flags) => {
      process.exitCode = await report(flags);
    });
}

/** Executes and prints; the exit code: 0 if every cell went well. */
async function report(flags: Flags): Promise<number> {
  const [{ makeReport }, { openEngine }, { parseSetting }, { projectRoot }] = [
    await import('../report/report.js'),
    await import('../engine/select-engine.js'),
    await import('../notebook/execute/parameters.js'),
    await import('../notebook/kernel/project.js'),
  ];
  const parameters = Object.fromEntries(flags.set.map((text) => parseSetting(text)).map(({ key, value }) => [key, value]));
  const engine = await openEngine({ name: flags.engine });
  const dataset = await openDatasetWithProgress(flags.data === undefined ? {} : { directory: userPath(flags.data) });
  if (dataset.name === 'synthetic') say('SYNTHETIC data: every figure, table and result says so.');
  const output = userPath(flags.output);
  const options: ReportOptions = {
    notebooks: join(projectRoot, 'notebooks'),
    output,
    only: flags.only,
    all: flags.all,
    parameters,
    dataset,
    engine,
    // What was found here is what the notebooks get: they neither search nor download again.
    environment: {
      CIFAR10_DIR: dataset.directory,
      CLR_LAB_DATA: dataset.directory === undefined ? 'synthetic' : undefined,
      CLR_LAB_ENGINE: engine.name,
      ...(flags.fresh && { CLR_LAB_FRESH: '1' }),
    },
    signal: interruptible(),
    onNotebook: printEvent,
  };
  const { notebooks } = await makeReport(options);
  say(`\n${join(output, 'index.html')}\n${join(output, 'results.json')}`);
  return Object.values(notebooks).every(({ status }) => status === 'ok') ? 0 : 1;
}

function printEvent(progress: NotebookEvent): void {
  const { notebook } = progress;
  switch (progress.type) {
    case 'started':
      say(`\n${notebook.stem}  (notebook ${progress.number} of ${progress.total})`);
      break;
    case 'cell': {
      const { state, number, total, seconds = 0, error } = progress.event;
      if (state === 'ended') say(`  cell ${String(number).padStart(2)} of ${total}  ${seconds.toFixed(1).padStart(6)} s${error ? '  FAILED' : ''}`);
      if (error) say(error.traceback.join('\n').replace(/^/gm, '    '));
      break;
    }
    case 'ended':
      say(`  ${progress.executed.status === 'ok' ? 'done' : progress.executed.status} in ${progress.executed.seconds.toFixed(1)} s`);
  }
}
