import type { Queue } from 'bullmq';
import { keyOf } from '../../runs/identity';
import { openStore } from '../../runs/store';
import { StoreError } from '../../runs/store-error';
import type { Measurement } from '../../training/measurement';
import { type Job, protocolVersion, type WorkerEvent } from '../protocol';
import type { JobEnd, RunningJob, Workers } from '../workers';
import type { Connection } from './connection';
import { type TrialStream, readEvents } from './event-stream';
import { prefix, queueName, trialId } from './keys';
import { unpackRun } from './packed-run';
import { presentWorkers } from './presence';
import type { Order, TrialEvent, TrialResult } from './records';
import type { StudyRecord } from './study-record';

export interface QueueWorkersOptions {
  readonly connection: Connection;
  readonly study: StudyRecord;
  /** Checksum of the data set. */
  readonly dataset: string;
  readonly onMessage: (text: string) => void;
}

/** A trial that was asked for and has not ended. */
interface Awaited {
  readonly job: Job;
  readonly number: number;
  readonly onEvent: (event: WorkerEvent, worker: string) => void;
  readonly resolve: (end: JobEnd) => void;
  worker: string;
  /** The time of its start, and the last measurement that was handed on. */
  from: number;
  at: number;
  update: number;
}

/** Milliseconds between two looks for what may have been lost with Redis's last second, and for workers. */
const lookInterval = 15_000;

/**
 * Workers at the other end of a queue: each trial is one job of BullMQ's, and what happens to it comes back through the study's stream. A
 * worker finds the data and keeps its checkpoints in places of its own; the run comes back and goes into the asker's store.
 *
 * Every trial has one result, the first that is recorded. A run that is trained twice, because its first worker was lost, has the same
 * measurements; each is handed on once.
 */
export function queueWorkers({ connection, study, dataset, onMessage }: QueueWorkersOptions): Workers {
  const { Queue: Opened } = require('bullmq') as typeof import('bullmq');
  const queue: Queue = new Opened(queueName(dataset), { connection: connection.client, prefix, skipWaitingForReady: true });
  queue.on('error', () => {}); // the connection tells
  const awaited = new Map<number, Awaited>();
  /** Events of trials that have not been asked for here yet: another asker's, or from before this one came. */
  const early = new Map<number, [TrialEvent, number][]>();
  let closed = false;

  const end = (trial: Awaited, ending: JobEnd) => {
    if (awaited.delete(trial.number)) trial.resolve(ending);
  };
  /** What cannot be done for one trial cannot be done for any. */
  const guarded = (trial: Awaited, work: () => Promise<void>) => {
    work().catch((error: Error) => {
      if (!closed) end(trial, { type: 'failed', failure: error instanceof StoreError ? 'store' : 'queue', message: error.message, seconds: 0 });
    });
  };
  const handOn = (trial: Awaited, measurement: Measurement) => {
    if (measurement.update <= trial.update) return;
    trial.update = measurement.update;
    trial.onEvent({ type: 'measurement', measurement }, trial.worker);
  };
  const finish = (trial: Awaited) =>
    guarded(trial, async () => {
      const result = await study.result(trial.number);
      if (result === undefined || !awaited.has(trial.number)) return;
      if (trial.job.store !== null) await storeRun(trial.job, trial.job.store, await study.run(trial.number));
      for (const measurement of result.history) handOn(trial, measurement);
      end(trial, { ...endingOf(result), history: result.history });
    });
  const take = (trial: Awaited, event: TrialEvent, at: number) => {
    trial.at = at;
    if (event.type === 'started') {
      [trial.worker, trial.from] = [event.worker, at];
      trial.onEvent({ type: 'started', key: keyOf(trial.job.identity), updates: event.updates, updatesPerEpoch: event.updatesPerEpoch }, event.worker);
    } else if (event.type === 'measurement') handOn(trial, event.measurement);
    else if (event.type === 'refused') onMessage(`${event.worker} refuses trial ${trial.number}: ${event.message}`);
    else finish(trial);
  };
  const events: TrialStream = readEvents(connection, study, (number, event, at) => {
    const trial = awaited.get(number);
    if (trial) return take(trial, event, at);
    if (event.type === 'ended') early.delete(number);
    else early.set(number, [...(early.get(number) ?? []), [event, at]]);
  });

  const order = async ({ number, job }: Awaited) => {
    const data: Order = { protocol: protocolVersion, study: study.name, number, identity: job.identity, fresh: job.fresh, checkpointEverySeconds: job.checkpointEverySeconds };
    await queue.add('trial', data, { jobId: trialId(study.name, number), removeOnComplete: true, removeOnFail: true });
  };
  /** Redis may have lost its last second when it was away: whatever is neither done nor in the queue is asked for again. */
  const look = async () => {
    if ((await study.describe()) === undefined) {
      for (const trial of awaited.values()) end(trial, { type: 'failed', failure: 'queue', message: `the study ${study.name} was deleted from the queue`, seconds: 0 });
      return;
    }
    const numbers = [...awaited.keys()];
    const states = await Promise.all(numbers.map((number) => queue.getJobState(trialId(study.name, number))));
    const ended = await study.ended(numbers); // after the queue: a job leaves it when its result is there
    for (const [index, number] of numbers.entries()) {
      const trial = awaited.get(number);
      if (trial === undefined) continue;
      if (ended.has(number)) finish(trial);
      else if (states[index] === 'unknown') guarded(trial, () => order(trial));
    }
  };
  const lookForWorkers = workerWatch(connection, dataset, onMessage);
  const watch = () => connection.away || void Promise.all([look(), awaited.size > 0 ? lookForWorkers() : undefined]).catch(() => {});
  const timer = setInterval(watch, lookInterval);
  const first = setTimeout(watch, 1500);
  connection.onBack(watch);

  return {
    start(job, onEvent) {
      if (job.trial === undefined) throw new RangeError('a job for a queue must be a trial of a study');
      let resolve: (ending: JobEnd) => void = () => {};
      const ending = new Promise<JobEnd>((settle) => (resolve = settle));
      const trial: Awaited = { job, number: job.trial, onEvent, resolve, worker: '', from: 0, at: 0, update: -1 };
      const running: RunningJob = {
        end: ending,
        send({ type }) {
          if (type !== 'stop') throw new RangeError(`a trial in a queue cannot ${type}; it can be stopped`);
          end(trial, { type: 'failed', failure: 'stopped', message: 'the trial was stopped', seconds: (trial.at - trial.from) / 1000, ...stintOf(trial) });
        },
      };
      if (closed) {
        resolve({ type: 'failed', failure: 'stopped', message: 'the workers have ended', seconds: 0 });
        return running;
      }
      awaited.set(trial.number, trial);
      guarded(trial, async () => {
        if ((await study.ended([trial.number])).size > 0) return finish(trial);
        await order(trial);
      });
      for (const [event, at] of early.get(trial.number) ?? []) take(trial, event, at);
      early.delete(trial.number);
      return running;
    },
    /** Leaves: what was asked for is trained on, and its results are there for whoever asks again. */
    async close() {
      closed = true;
      clearInterval(timer);
      clearTimeout(first);
      events.close();
      for (const trial of awaited.values()) end(trial, { type: 'failed', failure: 'stopped', message: 'the asker has left', seconds: 0 });
      await queue.close().catch(() => {});
    },
  };
}

function endingOf({ state, reason, seconds, engine, fromStore, worker, from, to }: TrialResult): JobEnd {
  const stint = worker !== null && from !== null && to !== null ? { stint: { worker, from, to } } : {};
  if (state === 'complete') return { type: 'done', seconds, engine: engine ?? '', fromStore, resumedAt: null, ...stint };
  return { type: 'failed', failure: state === 'pruned' ? 'pruned' : 'error', message: reason ?? state, seconds, ...stint };
}

function stintOf({ worker, from, at }: Awaited): Pick<JobEnd, 'stint'> {
  return worker === '' ? {} : { stint: { worker, from, to: at } };
}

async function storeRun({ identity, fresh }: Job, directory: string, bytes: Uint8Array | undefined): Promise<void> {
  if (bytes === undefined) return; // it was pruned, or failed otherwise than by divergence
  let run;
  try {
    run = unpackRun(bytes, identity);
  } catch (error) {
    throw new Error(`what came from the queue as the run ${keyOf(identity)} is damaged: ${(error as Error).message}`, { cause: error });
  }
  await openStore({ directory }).put(run, { replace: fresh });
}

/** Says, once for each reason, why nobody may be working: there are no workers, or they have another data set. */
function workerWatch({ client, address }: Connection, dataset: string, onMessage: (text: string) => void): () => Promise<void> {
  const told = new Set<string>();
  const once = (text: string) => {
    if (!told.has(text)) onMessage(text);
    told.add(text);
  };
  return async () => {
    const workers = await presentWorkers(client);
    for (const { name, protocol, dataset: other } of workers) {
      if (other.checksum !== dataset) once(`${name} is refused: the worker's dataset differs from the asker's: ${other.name} ${other.checksum} there, ${dataset} here`);
      if (protocol !== protocolVersion) once(`${name} is refused: the worker's protocol differs from the asker's: ${protocol} there, ${protocolVersion} here`);
    }
    if (!workers.some((worker) => worker.dataset.checksum === dataset && worker.protocol === protocolVersion)) once(`no worker is there for this data set; the search waits. To start one: npx clr-lab worker --queue ${address}`);
  };
}
