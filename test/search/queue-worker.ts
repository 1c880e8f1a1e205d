import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** A worker in a process of its own, and what it has printed so far. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with its exit code; null if it was killed. */
  readonly ended: Promise<number | null>;
}

export function startWorker(options: object): WorkerProcess {
  const child = spawn(process.execPath, [join(__dirname, 'queue-worker.cjs'), JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { child, output: () => output, ended: new Promise((resolve) => child.once('close', resolve)) };
}
