import { attachDataset, type DatasetDescription } from '../data/attach-dataset';
import type { Dataset } from '../data/dataset';
import { split, take } from '../data/split';
import { fitStandardiser } from '../data/standardiser';
import type { Engine, EngineName } from '../engine/engine';
import { openEngine } from '../engine/select-engine';
import { fullyConnected } from '../network/network';
import { cyclical } from '../schedule/cyclical';
import { evaluate } from '../training/evaluate';
import type { History } from '../training/measurement';
import { train } from '../training/train';
import { answerQuestions } from './asked-process';
import type { Experiment, Work } from './experiment';
import { openForwardPass, openTrainingAlone } from './parts-of-training';

/** What the process gets as JSON in its argument. */
export interface EngineProcessOptions extends Experiment {
  readonly dataset: DatasetDescription;
  readonly engine: EngineName;
  readonly threads?: number;
  /** Images of the training part, and of the validation part. Default: all 10,000. */
  readonly images?: number;
}

/** How long some work took, and what came of it. The peers answer the same. */
export interface WorkDone {
  /** Wall time, in seconds. */
  readonly seconds: number;
  readonly history: History;
  /** Where measurements were made. */
  readonly testAccuracy?: number;
}

/** Does work as it is asked for: "UPDATES MEASUREMENTS", as in test/peers/experiment.py. */
async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2]) as EngineProcessOptions;
  const engine = await openEngine({ name: options.engine, ...(options.engine === 'onnx' && { threads: options.threads }) });
  const work = await openWork(options, attachDataset(options.dataset), engine);
  await answerQuestions(engine.description, (question) => {
    const [updates, measurements] = question.split(' ').map(Number);
    return work({ updates, measurements });
  });
}

async function openWork({ layers, batchSize, lambda, seed, images, ...rates }: EngineProcessOptions, dataset: Dataset, engine: Engine): Promise<(work: Work) => Promise<WorkDone>> {
  const network = fullyConnected({ layers });
  const schedule = cyclical(rates);
  const whole = split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
  const parts = images === undefined ? whole : { ...whole, train: take(whole.train, images), validation: take(whole.validation, images) };
  const standardiser = await fitStandardiser(parts.train);
  const common = { network, parts, standardiser, engine, batchSize, lambda, seed, schedule };
  const trainAlone = await openTrainingAlone(common);
  const passForward = await openForwardPass(common);
  return async ({ updates, measurements }) => {
    if (measurements === 0) return { seconds: await trainAlone(updates), history: [] };
    if (updates === 0) return { seconds: await passForward(measurements), history: [] };
    const measurementsPerEpoch = (measurements * Math.floor(parts.train.rows.length / batchSize)) / updates;
    const run = train(network, parts, { schedule, updates, batchSize, lambda, seed, measurementsPerEpoch, engine, standardiser });
    for await (const _ of run);
    const { accuracy } = await evaluate(run.model, parts.test, { engine });
    return { seconds: run.seconds, history: run.history, testAccuracy: accuracy };
  };
}

void main();
