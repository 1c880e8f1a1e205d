import type { DatasetDescription } from '../data/attach-dataset';
import { identityOf, keyOf, type RunIdentity } from '../runs/identity';
import { parseRunSettings } from '../runs/settings';
import type { RunStore } from '../runs/store';
import { StoreError } from '../runs/store-error';
import type { StoredRun } from '../runs/stored-run';
import { DivergenceError } from '../training/divergence-error';
import type { Measurement } from '../training/measurement';
import type { Plan } from './plan';
import { protocolVersion } from './protocol';
import type { ObservedTrial } from './pruner';
import type { Parameters } from './space';
import type { Trial } from './trial';
import type { JobEnd, Workers } from './workers';

/** What the trials of one search share. */
export interface TrialContext {
  readonly plan: Plan;
  readonly dataset: DatasetDescription;
  readonly store: RunStore | false;
  readonly fresh: boolean;
  readonly workers: Workers;
  /** How each trial goes, for the pruner. */
  readonly observed: Map<number, ObservedTrial>;
}

/** A trial that has not ended. */
interface RunningTrial extends Pick<Trial, 'number' | 'parameters' | 'seed' | 'settings' | 'key'> {
  readonly history: Measurement[];
}

type Ending = Pick<Trial, 'state' | 'reason' | 'seconds' | 'fromStore'>;

/**
 * One trial to its end: from the store, or by a worker. Whatever goes wrong with it makes a failed trial.
 *
 * @throws StoreError if the store cannot be written or read, which is not the trial's fault; AbortError if the workers were ended
 */
export async function runTrial(context: TrialContext, number: number, parameters: Parameters, seed: number): Promise<Trial> {
  const { plan, store, fresh } = context;
  let running: RunningTrial = { number, parameters, seed, settings: null, key: null, history: [] };
  try {
    const settings = parseRunSettings({ ...plan.settingsOf(parameters), seed });
    const identity = await identityOf(settings, plan.dataset.checksum);
    const key = keyOf(identity);
    running = { ...running, settings, key };
    const stored = store && !fresh ? await store.get(key) : undefined;
    return ended(context, running, stored ? replay(context, running, stored) : await train(context, running, identity));
  } catch (error) {
    if (error instanceof StoreError || (error as Error).name === 'AbortError') throw error;
    return ended(context, running, { state: 'failed', reason: (error as Error).message, seconds: 0, fromStore: false });
  }
}

function replay(context: TrialContext, running: RunningTrial, stored: StoredRun): Ending {
  for (const measurement of stored.history) observe(context, running, measurement);
  const { seconds } = stored;
  if (stored.outcome === 'finished') return { state: 'complete', seconds, fromStore: true };
  const { update, eta, loss } = stored.divergence;
  const { message: reason } = new DivergenceError(update, eta, stored.identity.settings.lambda, Number(loss));
  return { state: 'failed', reason, seconds, fromStore: true };
}

async function train(context: TrialContext, running: RunningTrial, identity: RunIdentity): Promise<Ending> {
  const { plan, store, fresh, workers, dataset, observed } = context;
  const { checkpointEverySeconds = 10, pruner } = plan;
  let pruned = false;
  const job = workers.start(
    { protocol: protocolVersion, identity, dataset, store: store ? store.directory : null, fresh, threads: 1, checkpointEverySeconds, sendCheckpoints: false },
    (event) => {
      if (event.type !== 'measurement' || pruned) return;
      const trial = observe(context, running, event.measurement);
      pruned = event.measurement.update < identity.settings.updates && pruner?.(trial, [...observed.values()]) === true;
      if (pruned) job.send({ type: 'stop' });
    },
  );
  return endingOf(await job.end, pruned ? running.history[running.history.length - 1].update : undefined);
}

function endingOf(end: JobEnd, prunedAt: number | undefined): Ending {
  const { seconds } = end;
  if (prunedAt !== undefined) return { state: 'pruned', reason: `ended by the pruner after update ${prunedAt}`, seconds, fromStore: false };
  if (end.type === 'done') return { state: 'complete', seconds, fromStore: end.fromStore };
  if (end.failure === 'store') throw new StoreError(end.message);
  if (end.failure === 'stopped') throw new DOMException('the search was ended before the trial', 'AbortError');
  return { state: 'failed', reason: end.message, seconds, fromStore: false };
}

/** Keeps a measurement, tells it, and returns how the trial went so far. */
function observe({ plan, observed }: TrialContext, { number, history }: RunningTrial, measurement: Measurement): ObservedTrial {
  history.push(measurement);
  plan.onMeasurement?.(number, measurement);
  const value = { update: measurement.update, value: plan.sign * plan.value(measurement) };
  const trial: ObservedTrial = { number, state: 'running', values: [...(observed.get(number)?.values ?? []), value] };
  observed.set(number, trial);
  return trial;
}

function ended({ plan, observed }: TrialContext, running: RunningTrial, ending: Ending): Trial {
  const { number, history } = running;
  const last = history[history.length - 1];
  observed.set(number, { number, values: observed.get(number)?.values ?? [], state: ending.state });
  return { ...running, ...ending, value: ending.state === 'failed' || last === undefined ? null : plan.value(last) };
}
