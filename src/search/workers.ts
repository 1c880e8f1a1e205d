import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type Piscina from 'piscina';
import type { Job, WorkerCommand, WorkerEvent } from './protocol';

/** The last event of a job. */
export type JobEnd = Extract<WorkerEvent, { type: 'done' | 'failed' }>;

/** A job on its way. */
export interface RunningJob {
  /** How the job ended. Never rejects: a worker that dies is a failed job. */
  readonly end: Promise<JobEnd>;
  send(command: WorkerCommand): void;
}

/** Those who do jobs: threads of this process, or a queue. */
export interface Workers {
  start(job: Job, onEvent: (event: WorkerEvent) => void): RunningJob;
  /** Stops all jobs and ends the workers. */
  close(): Promise<void>;
}

/** The built worker, which lies beside this file there; in tests this file is the source. */
const workerFile = join(__dirname, '..', '..', 'dist', 'search', 'worker.js');

/**
 * Worker threads, started with the first job. They share the data set's mapped file with each other and with this thread, and
 * keep the packages that they loaded and the standardiser that they fitted from job to job.
 *
 * @param count how many jobs are done at once
 */
export function threadWorkers({ count }: { readonly count: number }): Workers {
  let pool: Piscina | undefined;
  let closed = false;
  const running = new Set<RunningJob>();
  const open = (): Piscina => {
    const { Piscina: Pool } = require('piscina') as typeof import('piscina');
    return new Pool({ filename: workerFile, minThreads: count, maxThreads: count, atomics: 'disabled', execArgv: [] });
  };
  return {
    start(job, onEvent) {
      if (closed) return { end: Promise.resolve({ type: 'failed', failure: 'stopped', message: 'the workers have ended', seconds: 0 }), send: () => {} };
      pool ??= open();
      const { port1: port, port2 } = new MessageChannel();
      const end = endOf(port, onEvent, pool.run({ job, port: port2 }, { transferList: [port2] }));
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

async function endOf(port: MessagePort, onEvent: (event: WorkerEvent) => void, task: Promise<unknown>): Promise<JobEnd> {
  const told = new Promise<JobEnd>((resolve) => {
    port.on('message', (event: WorkerEvent) => {
      onEvent(event);
      if (event.type === 'done' || event.type === 'failed') resolve(event);
    });
  });
  const died = task.then(
    () => told,
    (error: Error): JobEnd => ({ type: 'failed', failure: 'error', message: `the worker ended: ${error.message}`, seconds: 0 }),
  );
  try {
    return await Promise.race([told, died]);
  } finally {
    port.close();
  }
}
