import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a search in a process of its own told. */
export interface SearchProcess {
  readonly code: number | null;
  /** Of trials that ended, in order. */
  readonly ended: readonly { readonly number: number; readonly key: string; readonly fromStore: boolean }[];
  /** All trials and how long it took; undefined if the search did not come to its end. */
  readonly result: { readonly trials: readonly unknown[]; readonly seconds: number } | undefined;
  readonly errors: string;
}

/** Searches in a process of its own, which is killed where `killed` resolves first. */
export function searchProcess(job: object, { killed, onStart }: { readonly killed?: Promise<void>; readonly onStart?: (pid: number) => void } = {}): Promise<SearchProcess> {
  const child = spawn(process.execPath, [join(__dirname, 'search-process.cjs'), JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] });
  onStart?.(child.pid!);
  const ended: SearchProcess['ended'][number][] = [];
  let result: SearchProcess['result'];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line);
    if ('trials' in told) result = told;
    else ended.push(told);
  });
  child.stderr.on('data', (chunk) => (errors += chunk));
  void killed?.then(() => child.kill('SIGKILL'));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ended, result, errors })));
}
