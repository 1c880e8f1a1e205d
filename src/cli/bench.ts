import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import type { BenchmarkPart } from '../benchmark/benchmark';
import { openDatasetWithProgress } from './open-dataset-with-progress';
import { say, sayJson } from './output';
import { number } from './run-options';
import { userPath } from './user-path';

interface Flags {
  readonly rounds: number;
  readonly quick: boolean;
  readonly full: boolean;
  readonly scaling: boolean;
  readonly part: readonly BenchmarkPart[];
  readonly only: readonly string[];
  readonly data?: string;
  readonly output: string;
  readonly json: boolean;
}

/** `clr-lab bench`: how fast this is here, beside others and beside the machine's own limit. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('time engines, installed peers (NumPy, PyTorch, Octave), searches and the start of the kernel')
    .option('--rounds <count>', 'interleaved rounds, of which the medians count', number, 5)
    .option('--quick', 'less work in each round: about a minute, and more noise', false)
    .option('--full', 'all of figure 4 in every round, not a share of it, with the accuracies that come of it', false)
    .option('--scaling', 'also how time grows with hidden units, batch size, images, trials and workers, as figures in a page', false)
    .addOption(new Option('--part <name...>', 'only these parts').choices(['speed', 'search', 'start-up', 'scaling']).default(['speed', 'search', 'start-up']))
    .option('--only <name...>', "only engines and peers whose name holds this, such as onnx or 'numpy, 1 thread'", [])
    .option('--data <folder>', 'folder with the CIFAR-10 binary batches (default: CIFAR10_DIR, else data/)')
    .option('--output <file>', 'where the results go as JSON', 'report/bench.json')
    .option('--json', 'print the results as JSON instead of tables', false)
    .action(bench);
}

async function bench({ rounds, quick, full, scaling, part, only, data, output, json }: Flags): Promise<void> {
  const { benchmark } = await import('../benchmark/benchmark.js');
  const { benchmarkPage } = await import('../benchmark/page.js');
  const { growthFigure } = await import('../benchmark/scaling.js');
  const { benchmarkText } = await import('../benchmark/text.js');
  const dataset = await openDatasetWithProgress(data === undefined ? {} : { directory: userPath(data) });
  const onProgress = (text: string) => void process.stderr.write(`${text}\n`);
  const results = await benchmark({ dataset, rounds, seconds: quick ? 0.5 : 2, full, parts: scaling ? [...part, 'scaling'] : part, contenders: only, onProgress });
  const file = userPath(output);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  const text = benchmarkText(results);
  const page = results.scaling && file.replace(/(\.json)?$/, '.html');
  if (page !== undefined) await writeFile(page, benchmarkPage(text, results.scaling!.map(growthFigure)));
  if (json) sayJson(results);
  else say([text, '', file, ...(page === undefined ? [] : [page])].join('\n'));
}
