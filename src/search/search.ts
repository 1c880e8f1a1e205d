import { describeDataset } from '../data/attach-dataset';
import { freshFromEnvironment } from '../runs/run';
import { openStore } from '../runs/store';
import { tell } from '../runs/tell';
import { currentSignal } from '../training/interruption';
import { iteration } from '../training/iteration';
import { makePlan, type Plan, type SearchOptions } from './plan';
import { runTrial, type TrialContext } from './run-trial';
import type { RunningTrial, Trial } from './trial';
import { threadWorkers } from './workers';

/** A search on its way: yields trials as they end. */
export interface Study extends AsyncIterableIterator<Trial> {
  /** By which it is known in its queue; undefined for a search of this process alone. */
  readonly name: string | undefined;
  /** How many trials there will be, at most. */
  readonly total: number;
  /** The trials that have ended so far, by number. */
  readonly trials: readonly Trial[];
  /** The trials that have begun and not ended, by number. */
  readonly running: readonly RunningTrial[];
}

/**
 * Tries parameters: trains one run for each set of them and each seed, in worker threads, as an async generator of trials as
 * they end. Nothing happens until the first trial is asked for. Their order may change from time to time; their numbers,
 * parameters and values do not. Runs that are stored are not trained again, so a search that was ended goes on where it was.
 *
 * A trial that diverges or fails is a failed trial with its reason, and the search goes on.
 *
 * With `queue` the trials are trained by `clr-lab worker` processes on any machine, to the same values. Leaving such a search does not end
 * its trials; a search of the same name goes on with them.
 *
 * @throws RangeError for options that cannot be right, at once
 * @throws StoreError (while iterating) if the store cannot be written or read; QueueError if the queue cannot be reached, or the study is
 * another one there; the signal's reason
 */
export function search(options: SearchOptions): Study {
  const plan = makePlan(options);
  const trials: Trial[] = [];
  const running = new Map<number, RunningTrial>();
  const iterator = iterate(plan, trials, running);
  return {
    ...iteration(iterator),
    name: plan.study,
    total: plan.total,
    get trials() {
      return [...trials].sort((a, b) => a.number - b.number);
    },
    get running() {
      return [...running.values()].sort((a, b) => a.number - b.number);
    },
  };
}

/** The best complete trial. Throws a RangeError if there is none. */
export function bestTrial(trials: readonly Trial[], { direction = 'maximize' }: Pick<SearchOptions, 'direction'> = {}): Trial & { readonly value: number } {
  const sign = direction === 'maximize' ? 1 : -1;
  const complete = trials.filter((trial): trial is Trial & { readonly value: number } => trial.state === 'complete' && trial.value !== null);
  if (complete.length === 0) throw new RangeError(`bestTrial: none of the ${trials.length} trials is complete`);
  return complete.reduce((best, trial) => (sign * trial.value > sign * best.value ? trial : best));
}

async function* iterate(plan: Plan, trials: Trial[], running: Map<number, RunningTrial>): AsyncGenerator<Trial, undefined> {
  const { signal = currentSignal(), store = openStore(), fresh = freshFromEnvironment() } = plan;
  signal?.throwIfAborted();
  if (store) await store.requireWritable();
  const { queue, study, onMessage = tell } = plan;
  const joined = queue === undefined || study === undefined ? undefined : await (await import('./queue/join-study.js')).joinStudy({ queue, study, dataset: plan.dataset, onMessage }); // a queue's packages are loaded where there is one
  const workers = joined?.workers ?? threadWorkers({ count: Math.min(plan.workers, plan.total) });
  const context: TrialContext = { plan, store, fresh, workers, joined, running, observed: new Map(), dataset: describeDataset(plan.dataset) };
  const ended: Promise<Trial>[] = [];
  let wake = () => {};
  let [begun, active] = [0, 0];
  /** Keeps all workers busy, however slowly the trials are taken. */
  const begin = () => {
    while (active < plan.workers && begun < plan.total) {
      active++;
      const trial = runNumbered(context, begun++, trials);
      const settle = () => {
        active--;
        ended.push(trial);
        begin();
        wake();
      };
      trial.then((value) => trials.push(value)).then(settle, settle);
    }
  };
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);
  try {
    begin();
    while (active > 0 || ended.length > 0) {
      signal?.throwIfAborted();
      const trial = ended.shift();
      if (trial !== undefined) yield await trial;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    begun = plan.total; // no more
    signal?.removeEventListener('abort', onAbort);
    await workers.close();
    await joined?.leave();
  }
  return undefined;
}

async function runNumbered(context: TrialContext, number: number, ended: readonly Trial[]): Promise<Trial> {
  const { sampler, space, seeds } = context.plan;
  const parameters = sampler.ask(space, Math.floor(number / seeds.length), ended);
  return runTrial(context, number, parameters, seeds[number % seeds.length]);
}
