import type { Part } from '../data/dataset';
import { fitStandardiser, type Standardiser } from '../data/standardiser';
import type { Engine, EngineName, Program } from '../engine/engine';
import { requireEngineName } from '../engine/select-engine';
import { castTensors, type HostTensors } from '../network/host-tensor';
import { initialise } from '../network/initialise';
import type { Network } from '../network/network';
import { init, type Optimiser } from '../network/optimiser/optimiser';
import { sgd } from '../network/optimiser/sgd';
import { modelShapes, parameterShapes, pick } from '../network/parameters';
import { requireSeed } from '../random/random';
import type { Schedule } from '../schedule/schedule';
import { type Augmentation, augmentationOf } from './augmentation';
import type { Checkpoint } from './checkpoint';
import { DivergenceError } from './divergence-error';
import { resolveEngine } from './evaluate';
import { currentSignal } from './interruption';
import { iteration } from './iteration';
import { liveMeter, type LiveOptions, liveOptions } from './live';
import type { History, Measurement } from './measurement';
import { measurementUpdates } from './measurement-updates';
import { type MiniBatches, miniBatches } from './mini-batches';
import { type Model, programData, requireFit } from './model';
import { evaluationProgram, networksTogether } from './evaluation-program';
import { type Evaluators, openEvaluators } from './evaluators';
import { adaptivePace, type Pace } from './pace';
import { updatesProgram } from './programs';
import { score } from './scoring';
import { startStopwatch, type Stopwatch } from './stopwatch';
import { updateInputs } from './update-inputs';

export interface TrainOptions {
  /** The learning rate of each update. */
  readonly schedule: Schedule;
  /** How many updates to do; this or `epochs`. */
  readonly updates?: number;
  /** How many times to go through the training images; this or `updates`. */
  readonly epochs?: number;
  /** Images per mini-batch. Default 100. */
  readonly batchSize?: number;
  /** Factor of the L2 term, lambda Σ W². Default 0. */
  readonly lambda?: number;
  /** How gradients change the parameters. Default `sgd()`. */
  readonly optimiser?: Optimiser;
  /** Part of each label that is spread evenly over all classes while training; measurements know nothing of it. Default 0. */
  readonly labelSmoothing?: number;
  /** Show the network a random variant of each training image in each update. Default: the image itself. */
  readonly augmentation?: Augmentation;
  /** Seed of the initial weights, of the mini-batches, and of what is drawn for each update. Default 1. */
  readonly seed?: number;
  /** Measurements in an epoch, beside those at update 0 and after the last update. Default 10. */
  readonly measurementsPerEpoch?: number;
  /** Further updates after which to measure, such as the ends of cycles. Default: none. */
  readonly measureAt?: readonly number[];
  /** Measure on so many of the first images of each part. Default: all. */
  readonly measuredImages?: number;
  /** Default: that of `openEngine`. */
  readonly engine?: EngineName | Engine;
  /** Stops the training; what was measured stays in the run's history. Default: the running notebook cell's. */
  readonly signal?: AbortSignal;
  /** Parameters to start with. Default: `initialise(network, { seed })`. */
  readonly parameters?: HostTensors;
  /** Default: fitted on the training part. */
  readonly standardiser?: Standardiser;
  /** Where to go on; the other options must be those of the run that made it. */
  readonly checkpoint?: Checkpoint;
  /** Measure small samples too, many times a second, and tell of it; these are not part of the history. Default: no. */
  readonly live?: LiveOptions;
  /** Told, some ten times a second, that `checkpoint` has moved on between two measurements; the training waits for what it returns, off the clock. */
  readonly onAdvance?: () => void | Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** The parts of the data to train on and to watch. */
export interface TrainingParts {
  readonly train: Part;
  readonly validation: Part;
}

/** A training on its way: yields measurements as they are made, and can be asked where it stands at any time. */
export interface TrainingRun extends AsyncIterableIterator<Measurement> {
  /** How many updates the run has when it is done. */
  readonly updates: number;
  readonly updatesPerEpoch: number;
  /** The measurements so far. */
  readonly history: History;
  /** Wall time so far, in seconds, from the first update to the last measurement. */
  readonly seconds: number;
  /** The network as of the last measurement; of a resumed run, until its next measurement, as of its checkpoint. Throws before the first one. */
  readonly model: Model;
  /** Enough to go on from here, in this process or another: where the last measurement was, or where the updates after it are by now. Throws before the first measurement. */
  readonly checkpoint: Checkpoint;
  /** What computes, once the training has begun: 'ONNX Runtime 1.30.0, float32, 2 threads'. */
  readonly engineDescription: string;
}

/**
 * Trains a network with mini-batch gradient descent, as an async generator of measurements: at update 0, at every tenth of an
 * epoch, and after the last update. Nothing happens until the first measurement is asked for.
 *
 * The same seed, engine and versions give the same bytes, whatever the threads, pauses, interruptions and resumptions.
 *
 * @throws RangeError for options that cannot be right, at once
 * @throws DivergenceError (while iterating) as soon as a measured loss is not finite
 */
export function train(network: Network, parts: TrainingParts, options: TrainOptions): TrainingRun {
  const plan = makePlan(network, parts, options);
  const { checkpoint } = options;
  const progress: Progress = { history: [...(checkpoint?.history ?? [])], seconds: checkpoint?.seconds ?? 0, measured: checkpoint?.state, reached: checkpoint };
  const measurements = run(plan, progress);
  const begun = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the training has not begun: iterate over it first, for example with fit()');
    return value;
  };
  return {
    ...iteration(measurements),
    updates: plan.updates,
    updatesPerEpoch: plan.batches.perEpoch,
    get history() {
      return progress.history;
    },
    get seconds() {
      return progress.seconds;
    },
    get model() {
      return { network, parameters: pick(modelShapes(network), begun(progress.measured)), standardiser: begun(progress.standardiser) };
    },
    get checkpoint() {
      const { update, state, seconds } = begun(progress.reached);
      return { update, state, history: [...progress.history], seconds };
    },
    get engineDescription() {
      return begun(progress.engine).description;
    },
  };
}

/** What is fixed for a run. */
interface Plan extends TrainOptions, TrainingParts {
  readonly network: Network;
  readonly updates: number;
  readonly lambda: number;
  readonly optimiser: Optimiser;
  readonly labelSmoothing: number;
  readonly augmentation?: Augmentation;
  readonly seed: number;
  readonly batchSize: number;
  readonly batches: MiniBatches;
  readonly measureAt: readonly number[];
  readonly live?: Required<LiveOptions>;
  readonly now: () => number;
}

/** Where a run stands. */
interface Progress {
  readonly history: Measurement[];
  /** Until the last measurement. */
  seconds: number;
  /** The training state as of the last measurement. */
  measured: HostTensors | undefined;
  /** How far it can be resumed: all measurements until then are in the history. */
  reached: Omit<Checkpoint, 'history'> | undefined;
  standardiser?: Standardiser;
  engine?: Engine;
}

function makePlan(network: Network, { train, validation }: TrainingParts, options: TrainOptions): Plan {
  const { batchSize = 100, lambda = 0, seed = 1, optimiser = sgd(), labelSmoothing = 0, measurementsPerEpoch = 10, now = () => performance.now() } = options;
  requireFit(network, train);
  requireFit(network, validation);
  if (!Number.isFinite(lambda) || lambda < 0) throw new RangeError(`lambda must be a finite number, 0 or more, not ${lambda}`);
  if (!(measurementsPerEpoch > 0)) throw new RangeError(`measurementsPerEpoch must be above 0, not ${measurementsPerEpoch}`);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) throw new RangeError(`labelSmoothing must be a part of the label, from 0 up to below 1, not ${labelSmoothing}`);
  if (network.batchNormalisation && batchSize < 2) throw new RangeError(`batchSize must be 2 or more for batch normalisation, not ${batchSize}`);
  const { measuredImages } = options;
  if (measuredImages !== undefined && !(Number.isInteger(measuredImages) && measuredImages >= 1)) throw new RangeError(`measuredImages must be a whole number, 1 or more, not ${measuredImages}`);
  requireSeed(seed);
  if (typeof options.engine === 'string') requireEngineName(options.engine);
  const batches = miniBatches(train.rows, { batchSize, seed });
  const updates = countUpdates(options, batches.perEpoch);
  const never = options.measureAt?.find((at) => !Number.isInteger(at) || at < 0 || at > updates);
  if (never !== undefined) throw new RangeError(`measureAt has ${never}; whole numbers from 0 to ${updates}, the run's updates, would be right`);
  const measureAt = measurementUpdates(updates, batches.perEpoch, measurementsPerEpoch, options.measureAt);
  const augmentation = options.augmentation && augmentationOf(options.augmentation, train.dataset.pixels.width);
  const live = options.live && liveOptions(options.live);
  return { ...options, augmentation, network, train, validation, seed, updates, lambda, optimiser, labelSmoothing, batchSize, batches, measureAt, live, now };
}

function countUpdates({ updates, epochs }: TrainOptions, perEpoch: number): number {
  if ((updates === undefined) === (epochs === undefined)) throw new RangeError('give either updates or epochs, and not both');
  const count = updates ?? epochs! * perEpoch;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(updates === undefined ? `epochs must be such that there is a whole number of updates, 1 or more, not ${epochs}` : `updates must be a whole number, 1 or more, not ${updates}`);
  }
  return count;
}

/**
 * Snapshots of the network are measured together if the first of them need not wait longer than about half of this for its measurement, in seconds: one
 * by one they take twice as long.
 */
const LONGEST_WAIT = 2;

/** Snapshots are measured by threads beside this one, while it trains on, if there is more than this left to measure, in seconds: the threads have to start. */
const WORTH_THREADS = 1;

/** `progress` is complete whenever a measurement is yielded or `onAdvance` is told, so a run can be left and taken up again there. */
async function* run(plan: Plan, progress: Progress): AsyncGenerator<Measurement, undefined> {
  const { network, train, signal = currentSignal() } = plan;
  signal?.throwIfAborted();
  const engine = await resolveEngine(plan.engine);
  const standardiser = plan.standardiser ?? (await fitStandardiser(train));
  progress.engine = engine;
  progress.standardiser = standardiser;
  const data = programData(train.dataset, standardiser);
  const updating = await engine.compile(updatesProgram(network, data, plan.batchSize, plan));
  const evaluators = openEvaluators(({ networks, aside }) => engine.compile(evaluationProgram(network, data, { ...engine, networks }), { aside }));
  await evaluators.for({ networks: 1, aside: false });
  const stopwatch = startStopwatch(plan.now, progress.seconds);
  const live = plan.live && liveMeter({ ...plan.live, onMeasurement: offTheClock(stopwatch, plan.live.onMeasurement) }, measureSample(plan, evaluators), plan.now);
  const onAdvance = plan.onAdvance && offTheClock(stopwatch, plan.onAdvance);
  const measured = onSamples(plan, plan.measuredImages);
  const pace = adaptivePace(plan.live && LIVE_CALL / plan.live.perSecond);
  let { update: trainedTo, state } = progress.reached ?? { update: -1, state: castTensors(initialState(plan), engine.precision) };
  let waiting = 0; // snapshots that are not in the history yet
  const between = async (update: number, current: HostTensors) => {
    await live?.(update, current);
    if (waiting > 0) return;
    progress.reached = { update, state: current, seconds: stopwatch.seconds() };
    await onAdvance?.();
  };
  /** The snapshots at these updates. */
  const advance = async (updates: readonly number[]): Promise<Snapshot[]> => {
    const snapshots: Snapshot[] = [];
    for (const update of updates) {
      await live?.(Math.max(0, trainedTo), state);
      state = await stretch(plan, updating, state, { from: trainedTo, to: update, pace, between, signal });
      trainedTo = update;
      snapshots.push({ update, state });
      waiting++;
    }
    return snapshots;
  };
  const most = networksTogether(network, engine);
  const { lanes = 1 } = engine;
  const left = plan.measureAt.filter((at) => at > trainedTo);
  let gait: Gait = { together: 1, aside: false };
  let ahead: Snapshot[] | undefined;
  try {
    while (left.length > 0 || ahead) {
      const since = stopwatch.seconds();
      const snapshots: Snapshot[] = ahead ?? (await advance(left.splice(0, gait.together)));
      const measuring = measure(measured, evaluators, snapshots, { most, aside: gait.aside, signal });
      const advancing = gait.aside && left.length > 0 ? advance(left.splice(0, gait.together)) : undefined;
      const [measurements, next] = await Promise.all([measuring, advancing]);
      ahead = next;
      const perSnapshot = (stopwatch.seconds() - since) / snapshots.length;
      for (const [index, measurement] of measurements.entries()) {
        requireFinite(measurement, plan.lambda);
        const seconds = stopwatch.seconds();
        Object.assign(progress, { seconds, measured: snapshots[index].state, reached: { ...snapshots[index], seconds } });
        progress.history.push(measurement);
        waiting--;
        stopwatch.pause();
        yield measurement;
        stopwatch.resume();
        signal?.throwIfAborted();
      }
      const together = perSnapshot * most < LONGEST_WAIT ? most : 1;
      gait = { together, aside: lanes > 1 && together > 1 && (gait.aside || perSnapshot * left.length > WORTH_THREADS) };
    }
  } finally {
    await Promise.all([updating.dispose(), evaluators.dispose()]);
  }
  return undefined;
}

/** How a run goes on. */
interface Gait {
  /** Snapshots that are measured together. */
  readonly together: number;
  /** Whether they are measured in threads beside this one, while it trains the next ones. */
  readonly aside: boolean;
}

/** Where training begins: the network's parameters, and an optimiser that remembers nothing. */
function initialState({ network, optimiser, parameters, seed }: Plan): HostTensors {
  return { ...(parameters ?? initialise(network, { seed })), ...init(optimiser, parameterShapes(network)) };
}

/** The training state after an update, whose network is to be measured. */
interface Snapshot {
  readonly update: number;
  readonly state: HostTensors;
}

interface Measuring {
  /** As many snapshots as are best measured together. Default 1. */
  readonly most?: number;
  readonly aside: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Measures snapshots together if there are as many as are best together, else one by one; aside, always together, the last one as often as there are too
 * few. The numbers are the same.
 */
async function measure(plan: Plan, evaluators: Evaluators, snapshots: readonly Snapshot[], { most = 1, aside, signal }: Measuring): Promise<Measurement[]> {
  const filled = aside ? Array.from({ length: most }, (_, k) => snapshots[Math.min(k, snapshots.length - 1)]) : snapshots;
  const groups = filled.length === most ? [filled] : filled.map((snapshot) => [snapshot]);
  const measurements: Measurement[] = [];
  for (const group of groups) {
    const { program, pace } = await evaluators.for({ networks: group.length, aside });
    const networks = group.map(({ state }) => pick(modelShapes(plan.network), state));
    const scores = (part: Part) => score(program, networks, part.rows, { lambda: plan.lambda, signal, pace });
    const training = scores(plan.train);
    if (!aside) await training;
    const [train, validation] = await Promise.all([training, scores(plan.validation)]);
    group.forEach(({ update }, k) => measurements.push({ update, epoch: update / plan.batches.perEpoch, eta: plan.schedule(update), train: train[k], validation: validation[k] }));
  }
  return measurements.slice(0, snapshots.length);
}

/** A call of the engine takes a little less than the time between two live measurements: 900 ms over their number a second. */
const LIVE_CALL = 900;

/** The plan with so many of the first images of each part, to measure on. */
function onSamples(plan: Plan, images: number | undefined): Plan {
  const sample = (part: Part): Part => ({ ...part, rows: part.rows.subarray(0, images) });
  return { ...plan, train: sample(plan.train), validation: sample(plan.validation) };
}

/** Measures one network on the samples. */
function measureSample(plan: Plan, evaluators: Evaluators): (update: number, state: HostTensors) => Promise<Measurement> {
  const samples = onSamples(plan, plan.live!.images);
  return async (update, state) => (await measure(samples, evaluators, [{ update, state }], { aside: false, signal: plan.signal }))[0];
}

/** As `told`, with the stopwatch stopped. */
function offTheClock<A extends unknown[]>(stopwatch: Stopwatch, told: (...what: A) => void | Promise<void>): (...what: A) => Promise<void> {
  return async (...what) => {
    stopwatch.pause();
    await told(...what);
    stopwatch.resume();
  };
}

function requireFinite({ update, eta, train, validation }: Measurement, lambda: number): void {
  const diverged = [train.cost, validation.cost].find((value) => !Number.isFinite(value));
  if (diverged !== undefined) throw new DivergenceError(update, eta, lambda, diverged);
}

interface Stretch {
  /** The update done last. */
  readonly from: number;
  readonly to: number;
  readonly pace: Pace;
  /** Told where the training stands after each call but the last. */
  readonly between: (update: number, state: HostTensors) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** The training state after updates `from` + 1 … `to`, in calls of bounded length. */
async function stretch(plan: Plan, program: Program, state: HostTensors, { from, to, pace, between, signal }: Stretch): Promise<HostTensors> {
  const { now } = plan;
  let current = state;
  for (let first = Math.max(1, from + 1); first <= to; ) {
    signal?.throwIfAborted();
    const last = Math.min(to, first + pace.units() - 1);
    const count = last - first + 1;
    const started = now();
    current = await program.run({ ...current, ...updateInputs(plan, first, last) });
    pace.took(count, now() - started);
    if (last < to) await between(last, current);
    first = last + 1;
  }
  return current;
}
