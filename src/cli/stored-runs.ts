import { cifar10Checksum } from '../data/dataset';
import type { FinishedRun, RunSummary } from '../runs/stored-run';

export async function openRuns() {
  const { openStore } = await import('../runs/store.js');
  return openStore();
}

/** The one run whose key begins so. */
export async function findRun(beginning: string): Promise<RunSummary> {
  const store = await openRuns();
  const found = (await store.list()).filter(({ key }) => key.startsWith(beginning));
  if (found.length === 1) return found[0];
  throw new Error(found.length === 0 ? `no run's key begins with ${beginning} in ${store.directory}` : `${found.length} keys begin with ${beginning}; give more of the key`);
}

/** A finished run with its network: the one whose key begins so, else the best by validation accuracy; runs on CIFAR-10 come before all others. */
export async function openRun(beginning?: string): Promise<FinishedRun & { readonly key: string }> {
  const store = await openRuns();
  const { key } = beginning === undefined ? bestRun(await store.list(), store.directory) : await findRun(beginning);
  const run = await store.get(key);
  if (run?.outcome === 'finished') return { ...run, key };
  throw new Error(`the run ${key.slice(0, 12)} ${run ? 'diverged' : 'is damaged'}: it has no network; another one of 'clr-lab runs list' would be right`);
}

/** The best finished run; `directory` is for the message if there is none. */
export function bestRun(runs: readonly RunSummary[], directory: string): RunSummary {
  const accuracy = ({ history }: RunSummary) => history[history.length - 1].validation.accuracy;
  const finished = runs.filter(({ outcome }) => outcome === 'finished').sort((a, b) => Number(isReal(b)) - Number(isReal(a)) || accuracy(b) - accuracy(a));
  if (finished.length === 0) throw new Error(`no finished run in ${directory}; 'clr-lab train' makes one`);
  return finished[0];
}

/** Whether a run learned from CIFAR-10 itself. */
export function isReal({ identity }: Pick<RunSummary, 'identity'>): boolean {
  return identity.dataset === cifar10Checksum;
}
