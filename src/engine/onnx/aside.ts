import { join } from 'node:path';
import type Piscina from 'piscina';
import type { HostTensors } from '../../network/host-tensor';
import type { Session, SessionPlan } from './session';

/** The built thread; in tests this file is the source. */
const threadFile = join(__dirname, '..', '..', '..', 'dist', 'engine', 'onnx', 'session-thread.js');

/** Milliseconds after which a thread without work ends. */
const IDLE = 5000;
/** Milliseconds that the end of the process waits for calls under way. */
const LONGEST_END = 5000;

/** What the threads of a session are handed. */
export interface AsidePlan extends SessionPlan {
  /** Memory shared with them: how many calls are under way, and 1 where no more are to begin. */
  readonly calls: Int32Array;
}

/** Places in `AsidePlan.calls`. */
export const [UNDER_WAY, ENDED] = [0, 1];

/**
 * The session of a plan in so many threads beside this one: each computes a call of its own, which leaves this thread free. ONNX Runtime's own threads share the work
 * of every operation, which costs more than it brings where operations are short or move more than they compute.
 */
export function asideSession(plan: SessionPlan, threads: number): Session {
  const { Piscina: Pool } = require('piscina') as typeof import('piscina');
  const workerData: AsidePlan = { ...plan, calls: new Int32Array(new SharedArrayBuffer(8)) };
  const pool: Piscina = new Pool({ filename: threadFile, workerData, minThreads: 0, maxThreads: threads, idleTimeout: IDLE, atomics: 'disabled', execArgv: [] });
  const running = new Set<Promise<HostTensors>>();
  const forget = waitedForAtExit(workerData.calls);
  return {
    async run(inputs) {
      const outputs = pool.run(inputs) as Promise<HostTensors>;
      running.add(outputs);
      try {
        return await outputs;
      } finally {
        running.delete(outputs);
      }
    },
    async release() {
      Atomics.store(workerData.calls, ENDED, 1);
      const ended = Promise.allSettled(running).then(() => pool.destroy()).then(forget);
      // Whoever stops in the middle of calls need not wait for them.
      if (running.size === 0) await ended;
    },
  };
}

const open = new Set<Int32Array>();

/** ONNX Runtime's binding brings the process down if a thread ends in the middle of a call, so the end of the process waits. Returns how to take that back. */
function waitedForAtExit(calls: Int32Array): () => void {
  if (open.size === 0) process.on('exit', waitForAll);
  open.add(calls);
  return () => {
    open.delete(calls);
    if (open.size === 0) process.off('exit', waitForAll);
  };
}

function waitForAll(): void {
  for (const calls of open) Atomics.store(calls, ENDED, 1);
  for (const calls of open) {
    for (let left = Atomics.load(calls, UNDER_WAY); left > 0; left = Atomics.load(calls, UNDER_WAY)) {
      if (Atomics.wait(calls, UNDER_WAY, left, LONGEST_END) === 'timed-out') return;
    }
  }
}
