import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type Piscina from 'piscina';
import type { History } from '../training/measurement';
import type { Job, WorkerCommand, WorkerEvent } from './protocol';
import type { Stint } from './stint';

/**
 * The last event of a job; who did it, where something had to be trained; and all its measurements, where those that were told may lack
 * some: over a queue, to one who came later.
 */
export type JobEnd = Extract<WorkerEvent, { type: 'done' | 'failed' }> & { readonly stint?: Stint; readonly history?: History };

/** A job on its way. */
export interface RunningJob {
  /** How the job ended. Never rejects: a worker that dies is a failed job. */
  readonly end: Promise<JobEnd>;
  send(command: WorkerCommand): void;
}

/** Those who do jobs: threads of this process, or a queue. */
export interface Workers {
  /** `onEvent` is also told which worker took the job, with its first event. */
  start(job: Job, onEvent: (event: WorkerEvent, worker: string) => void): RunningJob;
  /** Stops all jobs and ends the workers. */
  close(): Promise<void>;
}

/** The built worker, which lies beside this file there; in tests this file is the source. */
const workerFile = join(__dirname, '..', '..', 'dist', 'search', 'worker.js');

export interface ThreadWorkersOptions {
  /** How many jobs are done at once. */
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Worker threads, started with the first job. They share the data set's mapped file with each other and with this thread, and
 * keep the packages that they loaded and the standardiser that they fitted from job to job.
 */
export function threadWorkers({ count, now = Date.now }: ThreadWorkersOptions): Workers {
  let pool: Piscina | undefined;
  let closed = false;
  const running = new Set<RunningJob>();
  const places = numberedPlaces();
  const open = (): Piscina => {
    const { Piscina: Pool } = require('piscina') as typeof import('piscina');
    return new Pool({ filename: workerFile, minThreads: count, maxThreads: count, atomics: 'disabled', execArgv: [] });
  };
  return {
    start(job, onEvent) {
      if (closed) return { end: Promise.resolve({ type: 'failed', failure: 'stopped', message: 'the workers have ended', seconds: 0 }), send: () => {} };
      pool ??= open();
      const { port1: port, port2 } = new MessageChannel();
      const end = endOf(port, pool.run({ job, port: port2 }, { transferList: [port2] }), onEvent, { places, now });
      const started: RunningJob = { end, send: (command) => port.postMessage(command) };
      running.add(started);
      void end.then(() => running.delete(started));
      return started;
    },
    async close() {
      closed = true;
      for (const job of running) job.send({ type: 'stop' });
      await Promise.all([...running].map(({ end }) => end));
      await pool?.destroy();
    },
  };
}

interface Clerk {
  readonly places: Places;
  readonly now: () => number;
}

/** Hands the events of a task on until its last one, and notes which thread was at it, from when to when. */
async function endOf(port: MessagePort, task: Promise<unknown>, onEvent: (event: WorkerEvent, worker: string) => void, { places, now }: Clerk): Promise<JobEnd> {
  let begun: { readonly place: number; readonly from: number } | undefined;
  const worker = () => (begun === undefined ? '' : `thread ${begun.place}`);
  const told = new Promise<Extract<WorkerEvent, { type: 'done' | 'failed' }>>((resolve) => {
    port.on('message', (event: WorkerEvent) => {
      if (event.type === 'started') begun = { place: places.take(), from: now() };
      onEvent(event, worker());
      if (event.type === 'done' || event.type === 'failed') resolve(event);
    });
  });
  const died = task.then(
    () => told,
    (error: Error) => ({ type: 'failed', failure: 'error', message: `the worker ended: ${error.message}`, seconds: 0 }) as const,
  );
  try {
    const end = await Promise.race([told, died]);
    return begun === undefined || (end.type === 'done' && end.fromStore) ? end : { ...end, stint: { worker: worker(), from: begun.from, to: now() } };
  } finally {
    if (begun !== undefined) places.leave(begun.place);
    port.close();
  }
}

/** Numbers for those who work at the same time: whoever comes takes the smallest that is free. */
export interface Places {
  /** 1, 2, … */
  take(): number;
  leave(place: number): void;
}

export function numberedPlaces(): Places {
  const taken = new Set<number>();
  return {
    take() {
      let place = 1;
      while (taken.has(place)) place++;
      taken.add(place);
      return place;
    },
    leave: (place) => void taken.delete(place),
  };
}
