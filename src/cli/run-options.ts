import { type Command, InvalidArgumentError, Option } from 'commander';
import { ENGINE_NAMES } from '../engine/select-engine';
import type { EngineName } from '../engine/engine';
import { type Initialisation, INITIALISATIONS } from '../network/network';
import { OPTIMISER_TYPES, type OptimiserDescription } from '../network/optimiser/optimiser';
import type { RunSettingsInput } from '../runs/settings';
import type { ScheduleDescription } from '../schedule/description';
import { SIMPLE_SCHEDULES, type SimpleSchedule, simpleSchedule } from '../schedule/over-run';

/** What the flags of a run give. */
export interface RunFlags {
  readonly layers: readonly number[];
  readonly train: readonly string[];
  readonly validation: readonly string[] | number;
  readonly schedule: SimpleSchedule | ScheduleDescription;
  readonly etaMin: number;
  readonly etaMax: number;
  readonly stepSize: number;
  readonly cycles: number;
  readonly updates?: number;
  readonly batchSize: number;
  readonly lambda: number;
  readonly seed: number;
  readonly initialisation?: Initialisation;
  readonly batchNormalisation: boolean;
  readonly dropout: number;
  readonly inputDropout: number;
  readonly optimiser?: OptimiserDescription['type'];
  readonly weightDecay?: number;
  readonly labelSmoothing: number;
  readonly flip: boolean;
  readonly shift: number;
  readonly measurements: number;
  readonly engine?: EngineName;
  readonly data?: string;
  readonly fresh: boolean;
}

/** Adds the flags of a run: the network, the data, the schedule and the training. Defaults are those of the report's figure 3. */
export function withRunOptions(command: Command): Command {
  return command
    .option('--layers <sizes>', 'units per layer, such as 3072,50,10', numbers, [3072, 50, 10])
    .option('--train <batches>', "batches to train on, such as 'batch 1,batch 3', or all", names, ['batch 1'])
    .option('--validation <batches>', 'batches to validate on; after --train all, how many images at the end', namesOrCount, ['batch 2'])
    .option('--schedule <name>', `${Object.keys(schedules).join(', ')}, or any other as JSON, such as '{"type": "step", "eta": 0.1, "gamma": 0.1, "every": 1000}'`, schedule, 'cyclical')
    .option('--eta-min <rate>', 'smallest learning rate', number, 1e-5)
    .option('--eta-max <rate>', 'largest learning rate', number, 1e-1)
    .option('--step-size <updates>', 'n_s: updates in half a cycle', number, 500)
    .option('--cycles <count>', 'cycles of the learning rate', number, 1)
    .option('--updates <count>', 'updates of the run (default: those of the cycles)', number)
    .option('--batch-size <images>', 'images per mini-batch', number, 100)
    .option('--lambda <factor>', 'factor of the L2 term', number, 0.01)
    .option('--seed <number>', 'seed of weights and mini-batches', number, 1)
    .addOption(new Option('--initialisation <name>', 'how weights begin (default: lecun)').choices([...INITIALISATIONS]))
    .option('--batch-normalisation', 'normalise hidden layers over the mini-batch', false)
    .option('--dropout <fraction>', 'fraction of the hidden units to drop in each update', number, 0)
    .option('--input-dropout <fraction>', 'fraction of the pixel values to drop in each update', number, 0)
    .addOption(new Option('--optimiser <name>', 'how gradients change the parameters (default: sgd)').choices([...OPTIMISER_TYPES]))
    .option('--weight-decay <factor>', 'of adamW; beside the L2 term', number)
    .option('--label-smoothing <part>', 'part of each label to spread over all classes', number, 0)
    .option('--flip', 'mirror every other image', false)
    .option('--shift <pixels>', 'move images by up to so many pixels', number, 0)
    .option('--measurements <count>', 'measurements per epoch', number, 10)
    .addOption(new Option('--engine <name>', 'what computes (default: CLR_LAB_ENGINE, else onnx)').choices([...ENGINE_NAMES]))
    .option('--data <folder>', 'folder with the CIFAR-10 binary batches (default: CIFAR10_DIR, else data/)')
    .option('--fresh', 'train again what the store of runs holds', false);
}

/** The settings of the flags' run. Whether they can be right is for the run to say. */
export function settingsOf(flags: RunFlags): RunSettingsInput {
  const { layers, train, validation, schedule, etaMin, etaMax, stepSize, cycles, batchSize, lambda, seed, measurements, engine } = flags;
  const { updates = Math.round(2 * stepSize * cycles) } = flags;
  const { initialisation, batchNormalisation, dropout, inputDropout, optimiser, weightDecay, labelSmoothing, flip, shift } = flags;
  return {
    layers,
    split: train.length === 1 && train[0] === 'all' ? { train: 'all', validation: validation as number } : { train, validation: validation as readonly string[] },
    schedule: typeof schedule === 'string' ? simpleSchedule(schedule, { etaMin, etaMax, stepSize, updates }) : schedule,
    updates,
    batchSize,
    lambda,
    seed,
    initialisation,
    batchNormalisation,
    dropout: { input: inputDropout, hidden: dropout },
    ...((optimiser || weightDecay !== undefined) && { optimiser: { type: optimiser ?? 'sgd', ...(weightDecay !== undefined && { weightDecay }) } as OptimiserDescription }),
    labelSmoothing,
    augmentation: { flip, shift },
    measurementsPerEpoch: measurements,
    ...(engine && { engine }),
  };
}

/** The simple schedules as they are typed: one-cycle, linear-decay. */
const schedules: Readonly<Record<string, SimpleSchedule>> = Object.fromEntries(SIMPLE_SCHEDULES.map((name) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), name]));

/** Whether a description can be right is for the run to say. */
function schedule(text: string): SimpleSchedule | ScheduleDescription {
  if (Object.hasOwn(schedules, text)) return schedules[text];
  try {
    const description: unknown = JSON.parse(text);
    if (typeof description === 'object' && description !== null) return description as ScheduleDescription;
  } catch {
    // said below
  }
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no schedule; ${Object.keys(schedules).join(', ')}, or a description as JSON would be right.`);
}

/** A number typed on the command line; anything else is commander's error. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError(`${JSON.stringify(text)} is no number.`);
  return value;
}

export function numbers(text: string): number[] {
  return text.split(',').map(number);
}

const names = (text: string) => text.split(',').map((name) => name.trim());

function namesOrCount(text: string): string[] | number {
  return /^\d+$/.test(text) ? Number(text) : names(text);
}
