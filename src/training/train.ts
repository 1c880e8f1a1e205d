import { fitStandardiser, type Standardiser } from '../data/standardiser';
import type { Engine, Program } from '../engine/engine';
import type { HostTensors } from '../network/host-tensor';
import type { Network } from '../network/network';
import { modelShapes, pick } from '../network/parameters';
import type { Checkpoint } from './checkpoint';
import { DivergenceError } from './divergence-error';
import { resolveEngine } from './evaluate';
import { evaluationProgram } from './evaluation-program';
import { type Evaluators, openEvaluators } from './evaluators';
import { currentSignal } from './interruption';
import { iteration } from './iteration';
import { liveMeter } from './live';
import { measuredSnapshots, measureSample } from './measured-snapshots';
import type { History, Measurement } from './measurement';
import { type Model, programData } from './model';
import { makePlan, type Plan } from './plan';
import { updatesProgram } from './programs';
import { offTheClock, startStopwatch, type Stopwatch } from './stopwatch';
import type { TrainingParts, TrainOptions } from './train-options';
import { initialSnapshot, openTrainer, type Snapshot, type Trainer } from './trainer';

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

/** `progress` is complete whenever a measurement is yielded or `onAdvance` is told, so a run can be left and taken up again there. */
async function* run(planned: Plan, progress: Progress): AsyncGenerator<Measurement, undefined> {
  const plan: Plan = { ...planned, signal: planned.signal ?? currentSignal() };
  plan.signal?.throwIfAborted();
  const { engine, updating, evaluators } = await makeReady(plan, progress);
  try {
    const stopwatch = startStopwatch(plan.now, progress.seconds);
    const start = progress.reached ?? initialSnapshot(plan, engine.precision);
    const left = plan.measureAt.filter((at) => at > start.update);
    const trainer = trainerOf(plan, progress, { start, updating, evaluators, stopwatch });
    for await (const { snapshot, measurement } of measuredSnapshots(plan, left, { engine, trainer, evaluators, stopwatch })) {
      requireFinite(measurement, plan.lambda);
      const seconds = stopwatch.seconds();
      Object.assign(progress, { seconds, measured: snapshot.state, reached: { ...snapshot, seconds } });
      progress.history.push(measurement);
      stopwatch.pause();
      yield measurement;
      stopwatch.resume();
      plan.signal?.throwIfAborted();
    }
  } finally {
    await Promise.all([updating.dispose(), evaluators.dispose()]);
  }
  return undefined;
}

interface Ready {
  readonly engine: Engine;
  /** Does updates. */
  readonly updating: Program;
  readonly evaluators: Evaluators;
}

/** The engine and its programs; what is known of the run from then on goes into `progress`. */
async function makeReady(plan: Plan, progress: Progress): Promise<Ready> {
  const { network, train } = plan;
  const engine = await resolveEngine(plan.engine);
  const standardiser = plan.standardiser ?? (await fitStandardiser(train));
  progress.engine = engine;
  progress.standardiser = standardiser;
  const data = programData(train.dataset, standardiser);
  const updating = await engine.compile(updatesProgram(network, data, plan.batchSize, plan));
  const evaluators = openEvaluators(({ networks, aside }) => engine.compile(evaluationProgram(network, data, { ...engine, networks }), { aside }));
  await evaluators.for({ networks: 1, aside: false }); // or the clock would count it
  return { engine, updating, evaluators };
}

interface Training extends Omit<Ready, 'engine'> {
  /** Where it begins. */
  readonly start: Snapshot;
  readonly stopwatch: Stopwatch;
}

/** The run's trainer, which tells of its way off the clock. */
function trainerOf(plan: Plan, progress: Progress, { start, updating, evaluators, stopwatch }: Training): Trainer {
  const { live, now } = plan;
  const onAdvance = plan.onAdvance && offTheClock(stopwatch, plan.onAdvance);
  return openTrainer(plan, {
    program: updating,
    start,
    live: live && liveMeter({ ...live, onMeasurement: offTheClock(stopwatch, live.onMeasurement) }, measureSample(plan, evaluators), now),
    async onCall({ update, state }) {
      if (owesMeasurement(plan, progress, update)) return;
      progress.reached = { update, state, seconds: stopwatch.seconds() };
      await onAdvance?.();
    },
  });
}

/** Whether an earlier update than this is to be measured, and its measurement is not in the history yet. */
function owesMeasurement({ measureAt }: Plan, { history }: Progress, update: number): boolean {
  const measured = history.at(-1)?.update ?? -1;
  return measureAt.some((at) => at > measured && at < update);
}

function requireFinite({ update, eta, train, validation }: Measurement, lambda: number): void {
  const diverged = [train.cost, validation.cost].find((value) => !Number.isFinite(value));
  if (diverged !== undefined) throw new DivergenceError(update, eta, lambda, diverged);
}
