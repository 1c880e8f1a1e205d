import { spawn, spawnSync } from 'node:child_process';

/** Runs in a namespace of its own for mounts: what is mounted there is seen by nobody else and goes with the process. */
const unshare = ['-rm'];

/** Whether this machine lets us mount file systems of our own: Linux, as root or with namespaces of users. */
export const canMount = process.platform === 'linux' && spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

/** A script for bash, in which `mount` works; `$1`, `$2` … are the parameters. */
export function withMounts(script: string, ...parameters: readonly string[]): Promise<Outcome> {
  const child = spawn('unshare', [...unshare, 'bash', '-c', `set -e\n${script}`, 'bash', ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, error] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (error += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output, error })));
}
