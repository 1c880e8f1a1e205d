import { attachDataset } from '../data/attach-dataset';
import { canonicalJson } from '../runs/canonical-json';
import { differingPart, identityOf, keyOf, type RunIdentity } from '../runs/identity';
import { type RunInStore, storedRun } from '../runs/run';
import { openStore } from '../runs/store';
import { StoreError } from '../runs/store-error';
import { DivergenceError } from '../training/divergence-error';
import { type Failure, parseJob, type WorkerEvent } from './protocol';

/** What carries a job to a worker and its events back: a thread's port, or a queue. */
export interface JobContext {
  readonly emit: (event: WorkerEvent) => void;
  /** Stops the run, which leaves a checkpoint. */
  readonly signal: AbortSignal;
  /** Waited for after every measurement, live or not: how a run is paused. */
  readonly ready?: () => Promise<void>;
}

/** The asker's run would not be the run that is trained here. */
class RefusedError extends Error {}

/** Does a job and tells how it goes; whatever goes wrong is told as the event `failed`. The same on every carrier. */
export async function runJob(given: unknown, { emit, signal, ready = async () => {} }: JobContext): Promise<void> {
  let seconds = 0;
  try {
    const { identity, dataset: description, store, fresh, threads, checkpointEverySeconds, sendCheckpoints, live } = parseJob(given);
    const dataset = attachDataset(description);
    requireSame(identity, await identityOf(identity.settings, dataset.checksum));
    const run: RunInStore = storedRun(identity.settings, dataset, {
      store: store === null ? false : openStore({ directory: store }), fresh, threads, checkpointEverySeconds, signal,
      ...(live && {
        live: {
          ...live,
          async onMeasurement(measurement) {
            emit({ type: 'live', measurement });
            await ready();
          },
        },
      }),
    });
    emit({ type: 'started', key: keyOf(identity), updates: run.updates, updatesPerEpoch: run.updatesPerEpoch });
    try {
      for await (const measurement of run) {
        emit({ type: 'measurement', measurement });
        if (sendCheckpoints && measurement.update > (run.resumedAt ?? -1)) emit({ type: 'checkpoint', update: measurement.update, parameters: run.model.parameters });
        await ready();
      }
    } finally {
      seconds = run.seconds;
    }
    emit({ type: 'done', seconds, engine: run.engineDescription, fromStore: run.fromStore, resumedAt: run.resumedAt ?? null });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    emit({ type: 'failed', failure: signal.aborted ? 'stopped' : failureOf(error), message, seconds });
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof DivergenceError) return 'diverged';
  if (error instanceof StoreError) return 'store';
  return error instanceof RefusedError ? 'refused' : 'error';
}

/** A worker with other data, package versions or mathematics would store its run under a key that nobody asked for. */
function requireSame(asked: RunIdentity, own: RunIdentity): void {
  const differing = differingPart(asked, own);
  if (differing === undefined) return;
  throw new RefusedError(`the worker's ${differing} differ from the asker's: ${canonicalJson(own[differing])} here, ${canonicalJson(asked[differing])} there`);
}
