import type { Job as QueuedJob, Worker } from 'bullmq';
import { hostname } from 'node:os';
import type { Dataset } from '../../data/dataset';
import type { RunStore } from '../../runs/store';
import { protocolVersion } from '../protocol';
import { threadWorkers, type Workers } from '../workers';
import { connect } from './connection';
import { prefix, queueName } from './keys';
import { announce } from './presence';
import type { StudyDescription } from './records';
import { studyNames, studyRecord } from './study-record';
import { trialHands } from './trial-hands';

export interface ServeOptions {
  /** URL of the Redis. */
  readonly queue: string;
  /** The worker's own data set; it is given trials on this one only. */
  readonly dataset: Dataset;
  /** The worker's own store: finished runs, and checkpoints from which a trial goes on that was taken before. */
  readonly store: RunStore;
  /** Trials at once, each on one thread. */
  readonly concurrency: number;
  /** By which askers know it. Default: the host's name and the process's number. */
  readonly name?: string;
  /** After so many seconds without a sign of life a worker counts as lost, and its trials are taken again. Default 15. */
  readonly lostAfterSeconds?: number;
  /** Takes no further trials; returns when those in hand have ended. */
  readonly finish: AbortSignal;
  /** Stops those in hand too: they leave checkpoints, and go back into the queue. */
  readonly stop?: AbortSignal;
  readonly onMessage: (text: string) => void;
  /** Those who train. Default: threads of this process. */
  readonly workers?: Workers;
}

/** Milliseconds between two looks whether trials in hand have ended elsewhere, and for studies on other data. */
const lookInterval = 1000;

/**
 * Takes trials from a queue and trains them, until it is told to finish. BullMQ hands each trial to one worker at a time, and to another
 * if that one gives no sign of life: training is in threads, so that the signs are given however long a call of the engine takes.
 *
 * @throws QueueError if Redis cannot be reached at first, if an asker has other versions or another mathematics than this worker, or if its
 * store cannot be written later; StoreError if it cannot at first; RangeError for a number or name that cannot be right
 */
export async function serveQueue(options: ServeOptions): Promise<void> {
  const { queue, dataset, store, concurrency, name = defaultName(), lostAfterSeconds = 15, finish, stop, onMessage } = options;
  requireSense(options);
  await store.requireWritable();
  const connection = await connect(queue, { onMessage });
  const { client } = connection;
  const workers = options.workers ?? threadWorkers({ count: concurrency });
  const hands = trialHands({ client, dataset, store, workers, name, concurrency, onMessage });
  const { Worker: Taker, WaitingError } = require('bullmq') as typeof import('bullmq');
  let unfit: Error | undefined;
  let timer: NodeJS.Timeout | undefined;

  const lock = 1000 * lostAfterSeconds;
  const taker: Worker = new Taker(
    queueName(dataset.checksum),
    async (job: QueuedJob) => {
      const outcome = await hands.take(job.data, job.stalledCounter);
      if (outcome.type === 'over') return;
      unfit ??= outcome.unfit;
      if (unfit) void taker.close();
      await job.moveToWait(job.token!);
      throw new WaitingError();
    },
    {
      connection: client, prefix, name, concurrency, runRetryDelay: 500, removeOnComplete: { count: 0 }, removeOnFail: { count: 0 },
      lockDuration: lock, lockRenewTime: lock / 3, stalledInterval: lock / 3, maxStalledCount: Number.MAX_SAFE_INTEGER, // `trialHands` counts
    },
  );
  // What BullMQ meets while Redis is away, or when a trial was given to another since this worker was too slow. Neither harms: results are recorded once.
  taker.on('error', () => {});
  taker.on('failed', (_job, error) => onMessage(`a trial has no result yet: ${error.message}`));
  const leave = announce(client, { name, protocol: protocolVersion, concurrency, dataset: { name: dataset.name, checksum: dataset.checksum } });
  const refuse = refusals(dataset.checksum, onMessage);
  const look = async () => {
    await hands.stopEnded();
    refuse(await Promise.all((await studyNames(client)).map((study) => studyRecord(client, study).describe())));
  };
  const ended = new Promise<void>((resolve) => {
    taker.on('closed', resolve);
    timer = setInterval(() => {
      if (!connection.away) void look().catch(() => {});
      // Nobody would hear of what is still in hand. It is in this worker's store, and BullMQ will give the trial to another.
      else if (stop?.aborted || (finish.aborted && hands.busy === 0)) resolve();
    }, lookInterval);
  });
  onMessage(`${name} takes trials from ${connection.address}, ${concurrency} at a time`);

  onAbort(finish, () => void taker.close());
  onAbort(stop, () => {
    void taker.close();
    hands.stop();
  });
  await ended;
  clearInterval(timer);
  await leave();
  await workers.close();
  connection.close();
  if (unfit) throw unfit;
}

function requireSense({ concurrency, lostAfterSeconds = 15, name = defaultName() }: ServeOptions): void {
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError(`concurrency is ${concurrency}; a whole number, 1 or more, would be right`);
  if (!(lostAfterSeconds >= 1 && lostAfterSeconds <= 3600)) throw new RangeError(`lostAfterSeconds is ${lostAfterSeconds}; a number of seconds from 1 to 3,600 would be right`);
  if (!/^[\w.-]{1,100}$/.test(name)) throw new RangeError(`name is ${JSON.stringify(name)}; letters, digits, dots, hyphens and underscores, 100 at most, would be right`);
}

function onAbort(signal: AbortSignal | undefined, listener: () => void): void {
  if (signal?.aborted) listener();
  else signal?.addEventListener('abort', listener, { once: true });
}

/** Says, once for each study, that it is on another data set: its trials are in a queue of their own. */
function refusals(checksum: string, onMessage: (text: string) => void): (studies: readonly (StudyDescription | undefined)[]) => void {
  const told = new Set<string>();
  return (studies) => {
    for (const study of studies) {
      if (study === undefined || study.dataset.checksum === checksum || told.has(study.name)) continue;
      told.add(study.name);
      onMessage(`the study ${study.name} is refused: its dataset differs from this worker's: ${study.dataset.name} ${study.dataset.checksum} there, ${checksum} here`);
    }
  };
}

function defaultName(): string {
  return `${hostname().replace(/[^\w.-]/g, '-').slice(0, 80)}-${process.pid}`;
}
