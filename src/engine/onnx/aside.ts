import { join } from 'node:path';
import type Piscina from 'piscina';
import type { Session, SessionPlan } from './session';

/** The built thread; in tests this file is the source. */
const threadFile = join(__dirname, '..', '..', '..', 'dist', 'engine', 'onnx', 'session-thread.js');

/** Milliseconds after which a thread without work ends. */
const IDLE = 5000;

/**
 * The session of a plan in so many threads beside this one: each computes a call of its own, which leaves this thread free. ONNX Runtime's own threads share the work
 * of every operation, which costs more than it brings where operations are short or move more than they compute.
 */
export function asideSession(plan: SessionPlan, threads: number): Session {
  const { Piscina: Pool } = require('piscina') as typeof import('piscina');
  const pool: Piscina = new Pool({ filename: threadFile, workerData: plan, minThreads: 0, maxThreads: threads, idleTimeout: IDLE, atomics: 'disabled', execArgv: [] });
  return {
    run: (inputs) => pool.run(inputs),
    release: () => pool.destroy(),
  };
}
