import type { DatasetDescription } from '../data/attach-dataset';
import { canonicalJson } from '../runs/canonical-json';
import { differingPart, identityOf, keyOf, type RunIdentity } from '../runs/identity';
import { parseRunSettings } from '../runs/settings';
import type { RunStore } from '../runs/store';
import { StoreError } from '../runs/store-error';
import type { StoredRun } from '../runs/stored-run';
import { DivergenceError } from '../training/divergence-error';
import type { Measurement } from '../training/measurement';
import type { Plan } from './plan';
import { protocolVersion } from './protocol';
import type { ObservedTrial } from './pruner';
import type { JoinedStudy } from './queue/join-study';
import { QueueError } from './queue/queue-error';
import type { Parameters } from './space';
import type { RunningTrial, Trial } from './trial';
import type { JobEnd, Workers } from './workers';

/** What the trials of one search share. */
export interface TrialContext {
  readonly plan: Plan;
  readonly dataset: DatasetDescription;
  readonly store: RunStore | false;
  readonly fresh: boolean;
  readonly workers: Workers;
  /** The study in a queue; undefined where it is this process's alone. */
  readonly joined: JoinedStudy | undefined;
  /** Trials that have begun and not ended, by number. */
  readonly running: Map<number, RunningTrial>;
  /** How each trial goes, for the pruner. */
  readonly observed: Map<number, ObservedTrial>;
}

type Begun = Omit<RunningTrial, 'update' | 'worker'> & Pick<Trial, 'settings' | 'key'> & { readonly history: Measurement[] };

type Ending = Pick<Trial, 'state' | 'reason' | 'stint' | 'seconds' | 'fromStore'>;

/**
 * One trial to its end: from the store, or by a worker. Whatever goes wrong with it makes a failed trial.
 *
 * @throws StoreError if the store cannot be written or read, QueueError if the queue cannot be used, neither of which is the trial's fault;
 * AbortError if the workers were ended
 */
export async function runTrial(context: TrialContext, number: number, proposed: Parameters, seed: number): Promise<Trial> {
  const { store, fresh, joined } = context;
  const begin = (changed: Pick<Begun, 'parameters'> & Partial<Begun>): Begun => {
    context.running.set(number, { number, parameters: changed.parameters, seed, worker: '', update: 0 });
    return { number, seed, settings: null, key: null, history: [], ...changed };
  };
  let begun = begin({ parameters: proposed });
  try {
    const { parameters, identity } = await agreed(context, number, proposed, seed);
    begun = begin({ parameters });
    if (identity instanceof Error) throw identity;
    begun = begin({ parameters, settings: identity.settings, key: keyOf(identity) });
    const stored = store && !fresh ? await store.get(begun.key!) : undefined;
    const trial = ended(context, begun, stored ? replay(context, begun, stored) : await train(context, begun, identity));
    await joined?.tell(trial, stored);
    return trial;
  } catch (error) {
    if (error instanceof StoreError || error instanceof QueueError || (error as Error).name === 'AbortError') throw error;
    const trial = ended(context, begun, { state: 'failed', reason: (error as Error).message, stint: null, seconds: 0, fromStore: false });
    await joined?.tell(trial);
    return trial;
  } finally {
    context.running.delete(number);
  }
}

/** What a trial is, and its run's identity, or why there can be none. In a study with several askers, what the first of them said. */
async function agreed({ plan, joined }: TrialContext, number: number, proposed: Parameters, seed: number) {
  const identify = async (parameters: Parameters): Promise<RunIdentity | Error> => {
    try {
      return await identityOf(parseRunSettings({ ...plan.settingsOf(parameters), seed }), plan.dataset.checksum);
    } catch (error) {
      return error as Error;
    }
  };
  const own = { parameters: proposed, identity: await identify(proposed) };
  if (joined === undefined) return own;
  const known = await joined.claim(number, { parameters: proposed, seed, identity: own.identity instanceof Error ? null : own.identity });
  const same = canonicalJson(known.parameters) === canonicalJson(proposed);
  const identity = same ? own.identity : await identify(known.parameters);
  requireAgreement(joined.name, number, { identity, seed }, known);
  return { parameters: known.parameters, identity };
}

function requireAgreement(study: string, number: number, own: { readonly identity: RunIdentity | Error; readonly seed: number }, known: { readonly identity: RunIdentity | null; readonly seed: number }): void {
  const differ = (what: string, here: unknown, there: unknown): never => {
    throw new QueueError(`trial ${number} of the study ${study} has other ${what}: ${canonicalJson(here)} here, ${canonicalJson(there)} there; a study of another name would be right`);
  };
  if (own.seed !== known.seed) differ('seeds', own.seed, known.seed);
  if (own.identity instanceof Error || known.identity === null) return own.identity instanceof Error && known.identity === null ? undefined : differ('settings', null, null);
  const part = differingPart(own.identity, known.identity);
  if (part !== undefined) differ(part, own.identity[part], known.identity[part]);
}

function replay(context: TrialContext, begun: Begun, stored: StoredRun): Ending {
  for (const measurement of stored.history) observe(context, begun, measurement);
  const { seconds } = stored;
  if (stored.outcome === 'finished') return { state: 'complete', stint: null, seconds, fromStore: true };
  const { update, eta, loss } = stored.divergence;
  const { message: reason } = new DivergenceError(update, eta, stored.identity.settings.lambda, Number(loss));
  return { state: 'failed', reason, stint: null, seconds, fromStore: true };
}

async function train(context: TrialContext, begun: Begun, identity: RunIdentity): Promise<Ending> {
  const { plan, store, fresh, workers, dataset, observed, running } = context;
  const { checkpointEverySeconds = 10, pruner } = plan;
  const { number, history } = begun;
  let pruned = false;
  const job = workers.start(
    { protocol: protocolVersion, identity, dataset, store: store ? store.directory : null, fresh, threads: 1, checkpointEverySeconds, trial: number, sendCheckpoints: false },
    (event, worker) => {
      if (pruned) return;
      const update = event.type === 'measurement' ? event.measurement.update : 0;
      if (event.type === 'started' || event.type === 'measurement') running.set(number, { ...running.get(number)!, worker, update });
      if (event.type !== 'measurement') return;
      const trial = observe(context, begun, event.measurement);
      pruned = update < identity.settings.updates && pruner?.(trial, [...observed.values()]) === true;
      if (pruned) job.send({ type: 'stop' });
    },
  );
  const end = await job.end;
  if (end.history) history.splice(0, history.length, ...end.history);
  return endingOf(end, pruned ? history[history.length - 1].update : undefined);
}

function endingOf(end: JobEnd, prunedAt: number | undefined): Ending {
  const { seconds, stint = null } = end;
  if (prunedAt !== undefined) return { state: 'pruned', reason: `ended by the pruner after update ${prunedAt}`, stint, seconds, fromStore: false };
  if (end.type === 'done') return { state: 'complete', stint, seconds, fromStore: end.fromStore };
  if (end.failure === 'pruned') return { state: 'pruned', reason: end.message, stint, seconds, fromStore: false };
  if (end.failure === 'store') throw new StoreError(end.message);
  if (end.failure === 'queue') throw new QueueError(end.message);
  if (end.failure === 'stopped') throw new DOMException('the search was ended before the trial', 'AbortError');
  return { state: 'failed', reason: end.message, stint, seconds, fromStore: false };
}

/** Keeps a measurement, tells it, and returns how the trial went so far. */
function observe({ plan, observed }: TrialContext, { number, history }: Begun, measurement: Measurement): ObservedTrial {
  history.push(measurement);
  plan.onMeasurement?.(number, measurement);
  const trial: ObservedTrial = { number, state: 'running', values: [...(observed.get(number)?.values ?? []), observedValue(plan, measurement)] };
  observed.set(number, trial);
  return trial;
}

function ended({ plan, observed }: TrialContext, begun: Begun, ending: Ending): Trial {
  const { number, history } = begun;
  const last = history[history.length - 1];
  observed.set(number, { number, values: history.map((measurement) => observedValue(plan, measurement)), state: ending.state });
  return { ...begun, ...ending, value: ending.state === 'failed' || last === undefined ? null : plan.value(last) };
}

function observedValue({ sign, value }: Plan, measurement: Measurement): ObservedTrial['values'][number] {
  return { update: measurement.update, value: sign * value(measurement) };
}
