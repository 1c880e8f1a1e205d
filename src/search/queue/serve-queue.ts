import type { Job as QueuedJob, Worker } from 'bullmq';
import { hostname } from 'node:os';
import { describeDataset } from '../../data/attach-dataset';
import type { Dataset } from '../../data/dataset';
import { keyOf } from '../../runs/identity';
import type { RunStore } from '../../runs/store';
import type { Measurement } from '../../training/measurement';
import { protocolVersion } from '../protocol';
import { type JobEnd, numberedPlaces, type RunningJob, threadWorkers, type Workers } from '../workers';
import { connect } from './connection';
import { prefix, queueName } from './keys';
import { packRun } from './packed-run';
import { announce } from './presence';
import { QueueError } from './queue-error';
import { type Order, parseOrder, type TrialResult } from './records';
import { studyNames, type StudyRecord, studyRecord } from './study-record';

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

/** A trial whose workers were lost so often is failed: it may be the trial that ends them. */
const mostLosses = 50;
/** Milliseconds between two looks whether trials in hand have ended elsewhere. */
const lookInterval = 1000;

/** A trial in hand. */
interface InHand {
  readonly study: StudyRecord;
  readonly number: number;
  running?: RunningJob;
}

/**
 * Takes trials from a queue and trains them, until it is told to finish. BullMQ hands each trial to one worker at a time, and to another
 * if that one gives no sign of life.
 *
 * @throws QueueError if Redis cannot be reached at first, or if an asker has other versions or another mathematics than this worker;
 * StoreError if the worker's store cannot be written
 */
export async function serveQueue(options: ServeOptions): Promise<void> {
  const { queue, dataset, store, concurrency, name = defaultName(), lostAfterSeconds = 15, finish, stop, onMessage, workers = threadWorkers({ count: concurrency }) } = options;
  await store.requireWritable();
  const connection = await connect(queue, { onMessage });
  const { Worker: Taker, WaitingError } = require('bullmq') as typeof import('bullmq');
  const { client } = connection;
  const places = numberedPlaces();
  const inHand = new Set<InHand>();
  let failure: Error | undefined;

  const giveBack = async (job: QueuedJob): Promise<never> => {
    await job.moveToWait(job.token!);
    throw new WaitingError();
  };
  const end = (error: Error) => {
    failure ??= error;
    void taker.close();
  };

  const train = async (order: Order, hand: InHand, worker: string): Promise<void | 'give back'> => {
    const { study, number } = hand;
    const history: Measurement[] = [];
    let from: number | undefined;
    let told: Promise<unknown> = Promise.resolve();
    const report = (event: Parameters<StudyRecord['report']>[1]) => {
      told = told.then(async () => {
        const at = await study.report(number, event);
        from ??= at;
        if (at === undefined) hand.running?.send({ type: 'stop' }); // it has ended elsewhere
      });
    };
    hand.running = workers.start(
      {
        protocol: protocolVersion, identity: order.identity, fresh: order.fresh, checkpointEverySeconds: order.checkpointEverySeconds,
        dataset: describeDataset(dataset), store: store.directory, threads: 1, sendCheckpoints: false,
      },
      (event) => {
        if (event.type === 'started') report({ type: 'started', worker, updates: event.updates, updatesPerEpoch: event.updatesPerEpoch });
        if (event.type !== 'measurement') return;
        history.push(event.measurement);
        report({ type: 'measurement', measurement: event.measurement });
      },
    );
    const ending = await hand.running.end;
    await told;
    if (ending.type === 'failed' && ending.failure === 'stopped') return 'give back';
    if (ending.type === 'failed' && (ending.failure === 'refused' || ending.failure === 'store')) {
      if (ending.failure === 'refused') await study.report(number, { type: 'refused', worker, message: ending.message });
      end(new QueueError(ending.failure === 'refused' ? `trial ${number} of the study ${study.name} is not for this worker, which ends: ${ending.message}` : ending.message));
      return 'give back';
    }
    const run = ending.type === 'done' || ending.failure === 'diverged' ? await store.get(keyOf(order.identity)) : undefined;
    const trained = !(ending.type === 'done' && ending.fromStore);
    const [seconds, microseconds] = await client.time();
    const stint = trained && from !== undefined ? { worker, from, to: seconds * 1000 + Math.floor(microseconds / 1000) } : { worker: null, from: null, to: null };
    await study.record(number, { ...resultOf(ending, history), ...stint }, run && packRun(run));
  };

  const process = async (job: QueuedJob): Promise<void> => {
    let order: Order;
    try {
      order = parseOrder(job.data);
    } catch (error) {
      onMessage(`a trial in the queue is left out: ${(error as Error).message}`);
      return;
    }
    const study = studyRecord(client, order.study);
    if ((await study.describe()) === undefined || (await study.ended([order.number])).size > 0) return;
    if (job.stalledCounter > mostLosses) {
      await study.record(order.number, { ...failed(`its workers were lost ${job.stalledCounter} times`), worker: null, from: null, to: null });
      return;
    }
    const hand: InHand = { study, number: order.number };
    const place = places.take();
    inHand.add(hand);
    let outcome;
    try {
      outcome = await train(order, hand, concurrency === 1 ? name : `${name}/${place}`);
    } finally {
      inHand.delete(hand);
      places.leave(place);
    }
    if (outcome === 'give back' && (await study.ended([order.number])).size === 0 && (await study.describe()) !== undefined) await giveBack(job);
  };

  const lock = 1000 * lostAfterSeconds;
  const taker: Worker = new Taker(queueName(dataset.checksum), process, {
    connection: client, prefix, name, concurrency, lockDuration: lock, lockRenewTime: lock / 3, stalledInterval: lock / 3, maxStalledCount: Number.MAX_SAFE_INTEGER,
    runRetryDelay: 500, removeOnComplete: { count: 0 }, removeOnFail: { count: 0 },
  });
  // What BullMQ meets while Redis is away, or when a trial was taken from a worker that was too slow: neither harms.
  taker.on('error', () => {});
  taker.on('failed', (_job, error) => {
    if (!/lock/.test(error.message)) onMessage(`a trial could not be ended: ${error.message}`);
  });
  const leave = announce(client, { name, protocol: protocolVersion, concurrency, dataset: { name: dataset.name, checksum: dataset.checksum } });
  const refuse = refusals(dataset.checksum, onMessage);
  const look = async () => {
    for (const { study, number, running } of inHand) if ((await study.ended([number])).size > 0) running?.send({ type: 'stop' });
    await refuse(await Promise.all((await studyNames(client)).map((study) => studyRecord(client, study).describe())));
  };
  const timer = setInterval(() => void look().catch(() => {}), lookInterval);
  onMessage(`${name} takes trials from ${connection.address}, ${concurrency} at a time`);

  const done = new Promise<void>((resolve) => taker.on('closed', resolve));
  finish.addEventListener('abort', () => void taker.close(), { once: true });
  stop?.addEventListener('abort', () => void taker.close(), { once: true });
  stop?.addEventListener('abort', () => inHand.forEach(({ running }) => running?.send({ type: 'stop' })), { once: true });
  if (finish.aborted) void taker.close();
  await done;
  clearInterval(timer);
  leave();
  await workers.close();
  await client.quit().catch(() => {});
  connection.close();
  if (failure) throw failure;
}

function resultOf(ending: JobEnd, history: readonly Measurement[]): Omit<TrialResult, 'worker' | 'from' | 'to'> {
  const { seconds } = ending;
  if (ending.type === 'done') return { state: 'complete', reason: null, history, seconds, engine: ending.engine, fromStore: ending.fromStore };
  return { ...failed(ending.message), history, seconds };
}

function failed(reason: string): Omit<TrialResult, 'worker' | 'from' | 'to'> {
  return { state: 'failed', reason, history: [], seconds: 0, engine: null, fromStore: false };
}

/** Says, once for each study, that it is on another data set: its trials are in a queue of their own. */
function refusals(checksum: string, onMessage: (text: string) => void) {
  const told = new Set<string>();
  return (studies: readonly (Awaited<ReturnType<StudyRecord['describe']>>)[]) => {
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
