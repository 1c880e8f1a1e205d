import { readFileSync } from 'node:fs';
import type { ConnectionInfo } from './wire';
import { KernelServer } from './server';
import { Session } from './session';

/** Starts the kernel in this process, for a Jupyter that wrote `connectionFile`; the process ends on its shutdown request. */
export async function startKernel(connectionFile: string): Promise<void> {
  const info = JSON.parse(readFileSync(connectionFile, 'utf8')) as ConnectionInfo;
  // Before the session takes over the process's streams and handlers.
  endWithParent();
  const session = new Session({ brokenBuild: process.env['CLR_LAB_BROKEN_BUILD'] });
  process.on('SIGINT', () => session.interrupt());
  await new KernelServer(session, info).start();
}

/** A Jupyter that dies without a word leaves its kernels to init; they shall not stay. */
function endWithParent(): void {
  const parent = process.ppid;
  if (process.platform === 'win32' || parent <= 1) return;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 1000).unref();
}
