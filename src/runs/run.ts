import type { Dataset } from '../data/dataset';
import type { Split } from '../data/split';
import type { Engine } from '../engine/engine';
import { openEngine } from '../engine/select-engine';
import type { Checkpoint } from '../training/checkpoint';
import { DivergenceError } from '../training/divergence-error';
import { currentSignal } from '../training/interruption';
import { iteration } from '../training/iteration';
import type { LiveOptions } from '../training/live';
import type { History, Measurement } from '../training/measurement';
import type { Model } from '../training/model';
import { train, type TrainingRun } from '../training/train';
import type { TrainOptions } from '../training/train-options';
import { type CheckpointKeeper, checkpointKeeper, type CheckpointOptions } from './checkpoint-keeper';
import { describeEnvironment } from './environment';
import { identityOf, keyOf } from './identity';
import { networkOf, parseRunSettings, partsOf, type RunSettings, type RunSettingsInput, trainOptionsOf } from './settings';
import { standardiserFor } from './standardisers';
import { openStore, type RunStore } from './store';
import { StoreError } from './store-error';
import type { FinishedRun, StoredRun } from './stored-run';

export interface StoredRunOptions extends CheckpointOptions {
  /** Where finished runs are; false keeps nothing. Default: `openStore()`. */
  readonly store?: RunStore | false;
  /** Train again even if the run is stored. Default: whether the environment variable CLR_LAB_FRESH is set (and not 0). */
  readonly fresh?: boolean;
  /** An engine of the settings' name and precision. Default: opened when it is needed. */
  readonly engine?: Engine;
  /** Threads of the engine that is opened. Default: that of `openEngine`. */
  readonly threads?: number;
  /** Stops the training and leaves a checkpoint. Default: the running notebook cell's. */
  readonly signal?: AbortSignal;
  /** Measurements on small samples in between. Default: none. */
  readonly live?: LiveOptions;
  /** The time that finished runs are labelled with. */
  readonly date?: () => Date;
}

/** A run that is trained, taken up from its checkpoint, or read from the store: measurements in order, whichever it is. */
export interface RunInStore extends AsyncIterableIterator<Measurement> {
  /** With all defaults filled in. */
  readonly settings: RunSettings;
  readonly parts: Split;
  readonly updates: number;
  readonly updatesPerEpoch: number;
  /** The measurements so far. */
  readonly history: History;
  /** Wall time of the training so far, in seconds; of a stored run, what it took when it was trained. */
  readonly seconds: number;
  /** The network as of the last measurement. Throws before the first one. */
  readonly model: Model;
  /** What computes or computed. Throws before the first measurement. */
  readonly engineDescription: string;
  /** The run's key in the store. Throws before the first measurement. */
  readonly key: string;
  /** Whether all of it came from the store; false until the first measurement. */
  readonly fromStore: boolean;
  /** The update at which an interrupted run was taken up; undefined if it was trained from its beginning or stored. */
  readonly resumedAt: number | undefined;
}

/**
 * A run that is trained only if the store does not have it yet: an async iterable of measurements like that of `train`.
 * Nothing happens until the first measurement is asked for. A stored run yields its history at once; an interrupted one yields
 * what it had measured and goes on from its checkpoint, to the same bytes as if it had not been interrupted. When the last
 * measurement has been taken, the run is stored.
 *
 * @throws RangeError for settings that cannot be right, at once
 * @throws DivergenceError (while iterating) as soon as a measured loss is not finite; a diverged run is stored too
 * @throws StoreError (while iterating) if the store cannot be written or read
 */
export function storedRun(given: RunSettingsInput, dataset: Dataset, options: StoredRunOptions = {}): RunInStore {
  const settings = parseRunSettings(given);
  const parts = partsOf(settings, dataset);
  // Never started: it checks the settings against the data now and knows the number of updates.
  const { updates, updatesPerEpoch } = train(networkOf(settings), parts, trainOptionsOf(settings));
  const state: State = { history: [] };
  const measurements = iterate({ settings, parts, dataset, updates, options }, state);
  const begun = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the run has not begun: iterate over it first, for example with watch() or runOnce()');
    return value;
  };
  return {
    ...iteration(measurements),
    settings,
    parts,
    updates,
    updatesPerEpoch,
    get history() {
      return state.history;
    },
    get seconds() {
      return state.stored?.seconds ?? state.training?.seconds ?? 0;
    },
    get model() {
      return begun(state.stored?.outcome === 'finished' ? state.stored.model : state.training?.model);
    },
    get engineDescription() {
      return begun(state.stored?.environment.engine ?? state.training?.engineDescription);
    },
    get key() {
      return begun(state.key);
    },
    get fromStore() {
      return state.stored !== undefined;
    },
    get resumedAt() {
      return state.resumedAt;
    },
  };
}

export interface RunOnceOptions extends StoredRunOptions {
  readonly onMeasurement?: (measurement: Measurement) => void;
}

/** What `runOnce` returns. */
export interface CompletedRun {
  readonly key: string;
  readonly settings: RunSettings;
  readonly history: History;
  readonly seconds: number;
  readonly model: Model;
  readonly fromStore: boolean;
}

/** The run of these settings: from the store if it is there, else trained to its end. As `storedRun`, in one call. */
export async function runOnce(given: RunSettingsInput, dataset: Dataset, { onMeasurement, ...options }: RunOnceOptions = {}): Promise<CompletedRun> {
  const run = storedRun(given, dataset, options);
  for await (const measurement of run) onMeasurement?.(measurement);
  const { key, settings, history, seconds, model, fromStore } = run;
  return { key, settings, history, seconds, model, fromStore };
}

interface Plan {
  readonly settings: RunSettings;
  readonly parts: Split;
  readonly dataset: Dataset;
  readonly updates: number;
  readonly options: StoredRunOptions;
}

interface State {
  readonly history: Measurement[];
  key?: string;
  stored?: StoredRun;
  training?: TrainingRun;
  resumedAt?: number;
}

async function* iterate(plan: Plan, state: State): AsyncGenerator<Measurement, undefined> {
  const { settings, dataset, options } = plan;
  const { store = openStore(), fresh = freshFromEnvironment(), signal = currentSignal() } = options;
  signal?.throwIfAborted();
  const identity = await identityOf(settings, dataset.checksum);
  const key = keyOf(identity);
  state.key = key;
  if (store) {
    state.stored = fresh ? undefined : await store.get(key);
    if (state.stored) return yield* replay(state.stored, state);
    await store.requireWritable();
  }
  const checkpoint = store && !fresh ? await store.getCheckpoint(key) : undefined;
  const checkpoints = store ? checkpointKeeper({ ...options, store, key, last: checkpoint?.update }) : undefined;
  const training = await startTraining(plan, checkpoint, { signal, onAdvance: () => checkpoints?.keepIfDue(training) });
  state.training = training;
  state.resumedAt = checkpoint?.update;
  const { date = () => new Date() } = options;
  const common = () => ({ identity, history: training.history, seconds: training.seconds, environment: describeEnvironment(training.engineDescription, date()) });
  try {
    yield* withCheckpoints(training, state, checkpoints);
    if (store) await putFinished(store, key, { outcome: 'finished', ...common(), model: training.model }, fresh);
  } catch (error) {
    if (store && error instanceof DivergenceError) {
      const { update, eta, loss } = error;
      await store.put({ outcome: 'diverged', ...common(), divergence: { update, eta, loss: String(loss) } }, { replace: fresh });
      await store.removeCheckpoint(key);
    }
    throw error;
  }
  if (store) await store.removeCheckpoint(key);
  return undefined;
}

/** A finished run that cannot be stored is not lost at once: the error says where it still is. */
async function putFinished(store: RunStore, key: string, run: FinishedRun, replace: boolean): Promise<void> {
  try {
    await store.put(run, { replace });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const kept = await store.getCheckpoint(key).catch(() => undefined);
    const again = kept === undefined ? 'it will be trained from its beginning' : `it goes on from its checkpoint after update ${kept.update}`;
    throw new StoreError(`${error.message} As long as this process lives, the run's history and model are at hand; asked for again, ${again}.`, { cause: error });
  }
}

async function* replay(stored: StoredRun, { history }: State): AsyncGenerator<Measurement, undefined> {
  for (const measurement of stored.history) {
    history.push(measurement);
    yield measurement;
  }
  if (stored.outcome === 'finished') return undefined;
  const { update, eta, loss } = stored.divergence;
  throw new DivergenceError(update, eta, stored.identity.settings.lambda, Number(loss));
}

async function startTraining({ settings, parts, options }: Plan, checkpoint: Checkpoint | undefined, told: Pick<TrainOptions, 'signal' | 'onAdvance'>): Promise<TrainingRun> {
  const { engine = await openEngine({ name: settings.engine, precision: settings.precision, threads: options.threads }), now } = options;
  if (engine.name !== settings.engine || engine.precision !== settings.precision) {
    throw new RangeError(`engine is ${engine.name} in ${engine.precision}, but the settings say ${settings.engine} in ${settings.precision}`);
  }
  const standardiser = await standardiserFor(settings, parts.train);
  const { live } = options;
  return train(networkOf(settings), parts, { ...trainOptionsOf(settings), engine, standardiser, ...told, ...(live && { live }), ...(checkpoint && { checkpoint }), ...(now && { now }) });
}

/** Yields the training's measurements, first those of its checkpoint. Where it is left before its end, a checkpoint stays. */
async function* withCheckpoints(training: TrainingRun, { history }: State, checkpoints: CheckpointKeeper | undefined): AsyncGenerator<Measurement, undefined> {
  let finished = false;
  try {
    for (const measurement of [...training.history]) {
      history.push(measurement);
      yield measurement;
    }
    for await (const measurement of training) {
      history.push(measurement);
      if (measurement.update < training.updates) await checkpoints?.keepIfDue(training);
      yield measurement;
    }
    finished = true;
  } catch (error) {
    finished = error instanceof DivergenceError;
    throw error;
  } finally {
    if (!finished) await checkpoints?.keep(training);
  }
  return undefined;
}

/** CLR_LAB_FRESH, set by `npm run report -- --fresh`. */
export function freshFromEnvironment(): boolean {
  return !['', '0', undefined].includes(process.env.CLR_LAB_FRESH);
}
