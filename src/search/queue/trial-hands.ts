import type { Redis } from 'ioredis';
import { describeDataset } from '../../data/attach-dataset';
import type { Dataset } from '../../data/dataset';
import { keyOf } from '../../runs/identity';
import type { RunStore } from '../../runs/store';
import type { Measurement } from '../../training/measurement';
import { protocolVersion } from '../protocol';
import { type JobEnd, numberedPlaces, type RunningJob, type Workers } from '../workers';
import { packRun } from './packed-run';
import { QueueError } from './queue-error';
import { type Order, parseOrder, type TrialEvent, type TrialResult } from './records';
import { type StudyRecord, studyRecord } from './study-record';

export interface TrialHandsOptions {
  readonly client: Redis;
  readonly dataset: Dataset;
  readonly store: RunStore;
  /** Those who train. */
  readonly workers: Workers;
  /** By which askers know this worker, and how many trials it has at once. */
  readonly name: string;
  readonly concurrency: number;
  readonly onMessage: (text: string) => void;
}

/** What came of a trial: nothing is left to do, or it goes back into the queue, perhaps because this worker cannot do it. */
export type Outcome = { readonly type: 'over' } | { readonly type: 'give back'; readonly unfit?: Error };

/** The hands of a worker: they turn trials from the queue into results. */
export interface TrialHands {
  /** How many trials are in hand. */
  readonly busy: number;
  /** Trains a trial, and records its result. `losses` is how many workers were lost over it. */
  take(data: unknown, losses: number): Promise<Outcome>;
  /** Stops those trials in hand that have ended elsewhere. */
  stopEnded(): Promise<void>;
  /** Stops all trials in hand; they go back into the queue. */
  stop(): void;
}

/** A trial in hand. */
interface InHand {
  readonly study: StudyRecord;
  readonly number: number;
  /** By which askers know who has it. */
  readonly worker: string;
  running?: RunningJob;
}

/** A trial whose workers were lost so often is failed: it may be the trial that ends them. */
const mostLosses = 50;
const over: Outcome = { type: 'over' };
const nobody = { worker: null, from: null, to: null };

export function trialHands({ client, dataset, store, workers, name, concurrency, onMessage }: TrialHandsOptions): TrialHands {
  const places = numberedPlaces();
  const inHand = new Set<InHand>();

  const train = async (order: Order, hand: InHand): Promise<Outcome> => {
    const { study, number, worker } = hand;
    const history: Measurement[] = [];
    const reports = reporter(hand);
    hand.running = workers.start(
      {
        protocol: protocolVersion, identity: order.identity, fresh: order.fresh, checkpointEverySeconds: order.checkpointEverySeconds,
        dataset: describeDataset(dataset), store: store.directory, threads: 1, sendCheckpoints: false,
      },
      (event) => {
        if (event.type === 'started') reports.tell({ type: 'started', worker, updates: event.updates, updatesPerEpoch: event.updatesPerEpoch });
        if (event.type !== 'measurement') return;
        history.push(event.measurement);
        reports.tell({ type: 'measurement', measurement: event.measurement });
      },
    );
    const end = await hand.running.end;
    const from = await reports.all();
    if (end.type === 'failed' && ['stopped', 'refused', 'store'].includes(end.failure)) return givenBack(hand, end);
    const run = end.type === 'done' || end.failure === 'diverged' ? await store.get(keyOf(order.identity)) : undefined;
    const trained = from !== undefined && !(end.type === 'done' && end.fromStore);
    const stint = trained ? { worker, from, to: await timeAt(client) } : nobody;
    await study.record(number, { ...resultOf(end, history), ...stint }, run && packRun(run));
    return over;
  };

  return {
    get busy() {
      return inHand.size;
    },
    async take(data, losses) {
      const order = orderOf(data, onMessage);
      if (order === undefined) return over;
      const { number } = order;
      const study = studyRecord(client, order.study);
      if (await isOver(study, number)) return over;
      if (losses > mostLosses) {
        await study.record(number, { ...failed(`its workers were lost ${losses} times`), ...nobody });
        return over;
      }
      const place = places.take();
      const hand: InHand = { study, number, worker: concurrency === 1 ? name : `${name}/${place}` };
      inHand.add(hand);
      try {
        const outcome = await train(order, hand);
        return outcome.type === 'give back' && outcome.unfit === undefined && (await isOver(study, number)) ? over : outcome;
      } finally {
        inHand.delete(hand);
        places.leave(place);
      }
    },
    async stopEnded() {
      for (const { study, number, running } of inHand) if (await isOver(study, number)) running?.send({ type: 'stop' });
    },
    stop() {
      for (const { running } of inHand) running?.send({ type: 'stop' });
    },
  };
}

/** Tells a trial's events one after another, and stops it where it turns out to have ended elsewhere. */
function reporter(hand: InHand) {
  let [told, from]: [Promise<void>, number | undefined] = [Promise.resolve(), undefined];
  return {
    tell(event: TrialEvent) {
      told = told.then(async () => {
        const at = await hand.study.report(hand.number, event);
        from ??= at;
        if (at === undefined) hand.running?.send({ type: 'stop' });
      });
      told.catch(() => {}); // `all` tells
    },
    /** Waits until all is told. Returns when the first event was, on Redis's clock. */
    async all() {
      await told;
      return from;
    },
  };
}

/** Whether a trial has a result, or its study was deleted. */
async function isOver(study: StudyRecord, number: number): Promise<boolean> {
  return (await study.ended([number])).size > 0 || (await study.describe()) === undefined;
}

async function givenBack({ study, number, worker }: InHand, end: Extract<JobEnd, { type: 'failed' }>): Promise<Outcome> {
  if (end.failure === 'stopped') return { type: 'give back' };
  if (end.failure === 'store') return { type: 'give back', unfit: new QueueError(end.message) };
  await study.report(number, { type: 'refused', worker, message: end.message });
  return { type: 'give back', unfit: new QueueError(`trial ${number} of the study ${study.name} is not for this worker, which ends: ${end.message}`) };
}

function orderOf(data: unknown, onMessage: (text: string) => void): Order | undefined {
  try {
    return parseOrder(data);
  } catch (error) {
    onMessage(`a trial in the queue is left out: ${(error as Error).message}`);
    return undefined;
  }
}

function resultOf(end: JobEnd, history: readonly Measurement[]): Omit<TrialResult, keyof typeof nobody> {
  const { seconds } = end;
  if (end.type === 'done') return { state: 'complete', reason: null, history, seconds, engine: end.engine, fromStore: end.fromStore };
  return { ...failed(end.message), history, seconds };
}

function failed(reason: string): Omit<TrialResult, keyof typeof nobody> {
  return { state: 'failed', reason, history: [], seconds: 0, engine: null, fromStore: false };
}

/** Milliseconds since 1970 of Redis's clock. */
async function timeAt(client: Redis): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return 1000 * seconds + Math.floor(microseconds / 1000);
}
