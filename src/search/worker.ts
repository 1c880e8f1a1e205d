import type { MessagePort } from 'node:worker_threads';
import type { Job, WorkerCommand } from './protocol';
import { runJob } from './run-job';

/** What a worker thread is handed: the job, and the port for events and commands. */
export interface ThreadTask {
  readonly job: Job;
  readonly port: MessagePort;
}

/** A worker thread of the pool: does one job at a time. */
export default async function work({ job, port }: ThreadTask): Promise<void> {
  const stopping = new AbortController();
  const gate = pauseGate(stopping.signal);
  port.on('message', ({ type }: WorkerCommand) => {
    if (type === 'stop') stopping.abort();
    else gate.set(type === 'pause');
  });
  await runJob(job, { emit: (event) => port.postMessage(event), signal: stopping.signal, ready: gate.ready });
  port.close();
}

/** Holds a run up between two measurements for as long as it is paused. */
function pauseGate(signal: AbortSignal): { set(paused: boolean): void; ready(): Promise<void> } {
  let open = Promise.resolve();
  let release = () => {};
  signal.addEventListener('abort', () => release());
  return {
    ready: () => open,
    set(paused) {
      release();
      open = paused && !signal.aborted ? new Promise((resolve) => (release = resolve)) : Promise.resolve();
    },
  };
}
