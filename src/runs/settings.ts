import type { z } from 'zod';
import type { Dataset } from '../data/dataset';
import { type Split, split, type SplitPlan, take } from '../data/split';
import type { EngineName } from '../engine/engine';
import { ENGINE_NAMES, resolveEngineName } from '../engine/select-engine';
import type { Precision } from '../network/host-tensor';
import { type DropoutRates, fullyConnected, type FullyConnectedOptions, type Initialisation, INITIALISATIONS, type Network } from '../network/network';
import { optimiserFrom } from '../network/optimiser/description';
import type { OptimiserDescription } from '../network/optimiser/optimiser';
import { type ScheduleDescription, scheduleFrom } from '../schedule/description';
import type { Augmentation } from '../training/augmentation';
import type { TrainOptions } from '../training/train-options';
import { schemaOnDemand, validate } from './validate';

/** All that determines a run beside the data, as plain JSON. */
export interface RunSettings {
  /** Units per layer, first the pixels, last the classes. Default [3072, 50, 10]. */
  readonly layers: readonly number[];
  /** How the weights begin. Left out where it is the default, 'lecun', as all that follows without a default is. */
  readonly initialisation?: Initialisation;
  /** Normalise hidden layers over the mini-batch. */
  readonly batchNormalisation?: true;
  /** Fraction of the units that is dropped in each update: of the hidden ones, or of both. */
  readonly dropout?: number | DropoutRates;
  readonly split: SplitPlan;
  /** Train on so many of the first training images. Default: all. */
  readonly take?: number;
  readonly schedule: ScheduleDescription;
  /** Left out for plain gradient descent. */
  readonly optimiser?: OptimiserDescription;
  /** Part of each label that is spread over all classes. */
  readonly labelSmoothing?: number;
  /** Which variants of the training images are shown. */
  readonly augmentation?: Required<Augmentation>;
  readonly updates: number;
  /** Images per mini-batch. Default 100. */
  readonly batchSize: number;
  /** Factor of the L2 term, lambda Σ W². Default 0. */
  readonly lambda: number;
  /** Seed of the initial weights and of the mini-batches. Default 1. */
  readonly seed: number;
  /** Measurements in an epoch, beside those at update 0 and after the last update. Default 10. */
  readonly measurementsPerEpoch: number;
  /** Default: the environment variable CLR_LAB_ENGINE, else 'onnx', or 'tfjs' where ONNX Runtime has no binary. */
  readonly engine: EngineName;
  /** Default: 'float64' on 'reference', else 'float32'. */
  readonly precision: Precision;
}

/** Settings in which what has a default may be left out. */
export type RunSettingsInput = Pick<RunSettings, 'split' | 'schedule' | 'updates'> &
  Partial<Omit<RunSettings, 'batchNormalisation' | 'dropout' | 'augmentation'>> & {
    readonly batchNormalisation?: boolean;
    readonly dropout?: FullyConnectedOptions['dropout'];
    readonly augmentation?: Augmentation;
  };

const schema = schemaOnDemand(({ z }) => {
  const whole = (least: number) => z.int({ error: `a whole number, ${least} or more,` }).min(least, { error: `a whole number, ${least} or more,` });
  const batches = z.array(z.string({ error: "a batch's name" }), { error: 'a list of batches' });
  const splitPlan = z.union(
    [z.strictObject({ train: z.literal('all'), validation: whole(1) }), z.strictObject({ train: batches, validation: batches })],
    { error: "{ train: 'all', validation: COUNT } or { train: [BATCH, …], validation: [BATCH, …] }" },
  );
  /** Whether the description is right is for `scheduleFrom` to say. */
  const schedule = z.custom<ScheduleDescription>((value) => typeof value === 'object' && value !== null, { error: "{ type: 'cyclical', … }" }).superRefine((value, context) => {
    try {
      scheduleFrom(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `an object that scheduleFrom takes (${(error as Error).message})` });
    }
  });
  const optimiser = z.custom<OptimiserDescription>((value) => typeof value === 'object' && value !== null, { error: "{ type: 'momentum', … }" }).superRefine((value, context) => {
    try {
      optimiserFrom(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `an object that optimiserFrom takes (${(error as Error).message})` });
    }
  });
  const fraction = z.number({ error: 'a number from 0 up to below 1' }).min(0, { error: 'a number from 0 up to below 1' }).lt(1, { error: 'a number from 0 up to below 1' });
  return z
    .strictObject({
      layers: z.array(whole(1), { error: 'a list of units per layer' }).min(2, { error: 'a list of two layers or more' }).default([3072, 50, 10]),
      initialisation: z.enum(INITIALISATIONS, { error: `one of ${INITIALISATIONS.join(', ')}` }).optional(),
      batchNormalisation: z.boolean({ error: 'true or false' }).optional(),
      dropout: z.union([fraction, z.strictObject({ input: fraction.optional(), hidden: fraction.optional() })], { error: 'a number from 0 up to below 1, or { input, hidden } of such numbers,' }).optional(),
      split: splitPlan,
      take: whole(1).optional(),
      schedule,
      optimiser: optimiser.optional(),
      labelSmoothing: fraction.optional(),
      augmentation: z.strictObject({ flip: z.boolean({ error: 'true or false' }).optional(), shift: whole(0).optional() }, { error: '{ flip, shift }' }).optional(),
      updates: whole(1),
      batchSize: whole(1).default(100),
      lambda: z.number({ error: 'a finite number, 0 or more,' }).min(0, { error: 'a finite number, 0 or more,' }).default(0),
      seed: z.int({ error: 'a whole number' }).default(1),
      measurementsPerEpoch: z.number({ error: 'a number above 0' }).positive({ error: 'a number above 0' }).default(10),
      engine: z.enum(ENGINE_NAMES, { error: `one of ${ENGINE_NAMES.join(', ')}` }).default(() => resolveEngineName()),
      precision: z.enum(['float32', 'float64'], { error: 'float32 or float64' }).optional(),
    })
    .transform(({ precision, ...settings }) => ({ ...settings, precision: precision ?? (settings.engine === 'reference' ? 'float64' : 'float32') }))
    .refine(({ engine, precision }) => engine === 'onnx' || (engine === 'reference') === (precision === 'float64'), {
      path: ['precision'],
      error: "float32 on 'tfjs', float64 on 'reference', either on 'onnx'",
    });
});

/**
 * Settings with all defaults filled in; what the report's runs do not have is left out where it changes nothing.
 *
 * @throws RangeError that names the key, its value and what would be right
 */
export function parseRunSettings(settings: unknown): RunSettings {
  const { take: count, initialisation, batchNormalisation, dropout, optimiser: description, labelSmoothing, augmentation, ...parsed } = validate<z.infer<ReturnType<typeof schema>>>(schema(), settings, 'settings');
  const network = fullyConnected({ layers: parsed.layers, initialisation, batchNormalisation, dropout });
  const { flip = false, shift = 0 } = augmentation ?? {};
  return {
    ...parsed,
    ...(count !== undefined && { take: count }),
    ...(network.initialisation && { initialisation: network.initialisation }),
    ...(network.batchNormalisation && { batchNormalisation: true }),
    ...(network.dropout && { dropout: network.dropout.input === 0 ? network.dropout.hidden : network.dropout }),
    ...(description && description.type !== 'sgd' && { optimiser: optimiserFrom(description).description }),
    ...(labelSmoothing && { labelSmoothing }),
    ...((flip || shift > 0) && { augmentation: { flip, shift } }),
  };
}

/** The parts of a data set that the settings train, validate and test on. */
export function partsOf({ split: plan, take: count }: Pick<RunSettings, 'split' | 'take'>, dataset: Dataset): Split {
  const parts = split(dataset, plan);
  return count === undefined ? parts : { ...parts, train: take(parts.train, count) };
}

export function networkOf({ layers, initialisation, batchNormalisation, dropout }: RunSettings): Network {
  return fullyConnected({ layers, initialisation, batchNormalisation, dropout });
}

/** The settings as `train` takes them; its engine is to be opened with the settings' precision. */
export function trainOptionsOf(settings: RunSettings): TrainOptions {
  const { updates, batchSize, lambda, seed, measurementsPerEpoch, optimiser: description, labelSmoothing, augmentation } = settings;
  return { schedule: scheduleFrom(settings.schedule), updates, batchSize, lambda, seed, measurementsPerEpoch, labelSmoothing, augmentation, ...(description && { optimiser: optimiserFrom(description) }) };
}
