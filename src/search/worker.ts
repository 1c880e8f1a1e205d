import type { MessagePort } from 'node:worker_threads';
import type { Job, WorkerCommand, WorkerEvent } from './protocol';
import { runJob } from './run-job';

/** What a worker thread is handed: the job, and the port for events and commands. */
export interface ThreadTask {
  readonly job: Job;
  readonly port: MessagePort;
}

/** A worker thread of the pool: does one job at a time. */
export default async function work({ job, port }: ThreadTask): Promise<void> {
  const stopping = new AbortController();
  const emit = (event: WorkerEvent): void => port.postMessage(event);
  const gate = pauseGate(stopping.signal, emit);
  port.on('message', ({ type }: WorkerCommand) => {
    if (type === 'stop') stopping.abort();
    else gate.set(type === 'pause');
  });
  await runJob(job, { emit, signal: stopping.signal, ready: gate.ready });
  port.close();
}

/** Holds a run up between two measurements for as long as it is paused, and tells when it does. */
function pauseGate(signal: AbortSignal, emit: (event: WorkerEvent) => void): { set(paused: boolean): void; ready(): Promise<void> } {
  let open: Promise<void> | undefined;
  let release = () => {};
  signal.addEventListener('abort', () => release());
  return {
    async ready() {
      if (open === undefined) return;
      emit({ type: 'paused' });
      while (open !== undefined && !signal.aborted) await open;
      emit({ type: 'resumed' });
    },
    set(paused) {
      release();
      open = paused ? new Promise((resolve) => (release = resolve)) : undefined;
    },
  };
}
