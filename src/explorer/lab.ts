import { batchNames, type Dataset } from '../data/dataset';
import { openEngine } from '../engine/select-engine';
import type { HostTensors } from '../network/host-tensor';
import { networkOf, partsOf, type RunSettings } from '../runs/settings';
import { standardiserFor } from '../runs/standardisers';
import type { RunStore } from '../runs/store';
import { storedRun } from '../runs/run';
import { threadWorkers } from '../search/workers';
import type { Model } from '../training/model';
import { emptyCurve, extended } from './curve';
import { type Curve, type DatasetInfo, type Job, type NetworkView, pointOf, type RunRow, type ServerEvent } from './messages';
import { networkView } from './network-view';
import type { JobCommand, JobRequest } from './requests';
import { runNames } from './run-names';
import { runRows } from './run-rows';
import { rangeTestSettings, type Runner, type RunnerContext, type RunnerEvents, startRunner } from './runners';

export interface LabOptions {
  readonly dataset: Dataset;
  readonly store: RunStore;
  /** Threads of the engine in a run, and trials of a sweep at once. Best one less than there are cores, so that the page answers. */
  readonly threads: number;
  /** URL of a queue: its workers train the trials of sweeps. Default: this process does. */
  readonly queue?: string;
}

/** What happens behind the pages: jobs, one after another, and the runs so far. */
export interface Lab {
  /** Tells the state of all things, and then everything that happens. Returns how to end that. */
  connect(listener: (event: ServerEvent) => void): Promise<() => void>;
  /** Queues a job. Throws a RangeError if too many wait already. */
  submit(request: JobRequest): Job;
  /** Throws a RangeError for a job that is not there, or cannot do that. */
  command(id: string, command: JobCommand): void;
  /** Forgets a job that has ended; its run stays in the store. */
  forget(id: string): void;
  /** What the network of a job or a stored run sees; undefined if there is none. */
  view(id: string): Promise<NetworkView | undefined>;
  /** The curve of a stored run. */
  curve(key: string): Promise<Curve | undefined>;
  rename(key: string, name: string): Promise<void>;
  /** Removes a run from the store; false if it is not there. */
  remove(key: string): Promise<boolean>;
  close(): Promise<void>;
}

/** A job with what the pages need not know. */
interface Entry {
  job: Job;
  readonly request: JobRequest;
  runner?: Runner;
  /** The network as it was last sent. */
  network?: { readonly update: number; readonly parameters: HostTensors };
  viewTold: number;
}

const [mostWaiting, mostEnded] = [50, 30];
/** Milliseconds between two views, and between two states of a job. */
const [viewInterval, stateInterval] = [1000, 150];

export function openLab({ dataset, store, threads, queue }: LabOptions): Lab {
  const workers = threadWorkers({ count: 1 });
  const context: RunnerContext = { dataset, store, workers, threads, sweepWorkers: threads, queue };
  const names = runNames(store.directory);
  const listeners = new Set<(event: ServerEvent) => void>();
  const entries = new Map<string, Entry>();
  const curves = new Map<string, Curve>();
  let [count, closed] = [0, false];
  let active: Promise<void> | undefined;

  const tell = (event: ServerEvent) => {
    for (const listener of listeners) listener(event);
  };
  const change = (entry: Entry, changed: Partial<Job>) => {
    entry.job = { ...entry.job, ...changed };
    tell({ type: 'job', job: entry.job });
  };
  const rows = async (): Promise<RunRow[]> => runRows(await store.list(), await names.all(), dataset);
  const tellRuns = async () => tell({ type: 'runs', runs: await rows() });

  const addPoints = (id: string, more: Curve) => {
    curves.set(id, extended(curves.get(id) ?? emptyCurve, more));
    tell({ type: 'points', id, full: more.full, live: more.live });
  };

  /** What a runner tells, put into its entry. The states of a job that only count on are told now and then. */
  const eventsOf = (entry: Entry): RunnerEvents => {
    const { id } = entry.job;
    let told = -Infinity;
    const now = () => performance.now();
    const changeNowAndThen = (changed: Partial<Job>) => {
      entry.job = { ...entry.job, ...changed };
      if (now() - told < stateInterval) return;
      told = now();
      tell({ type: 'job', job: entry.job });
    };
    return {
      changed: changeNowAndThen,
      points(more, trial) {
        addPoints(trial === undefined ? id : `${id}.${trial}`, more);
        if (trial === undefined) entry.job = { ...entry.job, update: Math.max(entry.job.update, ...[...more.full, ...more.live].map(([update]) => update)) };
      },
      parameters(update, parameters) {
        entry.network = { update, parameters };
        if (now() - entry.viewTold < viewInterval && update < entry.job.updates) return;
        entry.viewTold = now();
        tell({ type: 'view', id, update });
      },
      paused: (paused) => change(entry, { state: paused ? 'paused' : 'running' }),
    };
  };

  const runNext = () => {
    if (active || closed) return;
    const entry = [...entries.values()].find(({ job }) => job.state === 'queued');
    if (entry === undefined) return;
    const { id } = entry.job;
    change(entry, { state: 'running' });
    entry.runner = startRunner({ ...entry.request, settings: entry.job.settings }, context, eventsOf(entry));
    active = entry.runner.end.then(async (end) => {
      const { key } = entry.job;
      if (end.state === 'done' && key !== null && entry.job.name !== '') await names.set(key, entry.job.name).catch(() => {});
      if (entry.network && end.state !== 'failed') tell({ type: 'view', id, update: entry.network.update });
      if (entry.request.kind !== 'range-test') await tellRuns().catch(() => {});
      change(entry, end);
      forgetOldest();
      active = undefined;
      runNext();
    });
  };

  const forget = (ids: readonly string[]) => {
    for (const id of ids) {
      entries.delete(id);
      for (const curve of curves.keys()) if (curve === id || curve.startsWith(`${id}.`)) curves.delete(curve);
    }
    if (ids.length > 0) tell({ type: 'jobs-removed', ids });
  };
  const forgetOldest = () => {
    const ended = [...entries.values()].filter(({ job }) => hasEnded(job));
    forget(ended.slice(0, Math.max(0, ended.length - mostEnded)).map(({ job }) => job.id));
  };

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw new RangeError(`there is no job ${JSON.stringify(id)}`);
    return entry;
  };

  const lab: Lab = {
    async connect(listener) {
      const runs = await rows();
      // In one step, so that nothing is told twice or not at all.
      const all = [...entries.values()];
      const views = Object.fromEntries(all.flatMap(({ job, network }) => (network ? [[job.id, network.update]] : [])));
      listener({ type: 'state', dataset: describe(dataset), jobs: all.map(({ job }) => job), runs, curves: Object.fromEntries(curves), views });
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    submit(request) {
      if ([...entries.values()].filter(({ job }) => job.state === 'queued').length >= mostWaiting) throw new RangeError(`${mostWaiting} jobs are waiting; no more can be queued until some are done`);
      const { updatesPerEpoch } = storedRun(request.settings, dataset, { store: false });
      const settings = request.kind === 'range-test' ? rangeTestSettings(request.settings, updatesPerEpoch) : request.settings;
      const { kind, name, sweep } = request;
      const job: Job = { id: `job-${++count}`, kind, name, state: 'queued', settings, updates: settings.updates, updatesPerEpoch, update: 0, key: null, message: '', ...(sweep && { trials: [], total: sweep.count }) };
      const entry: Entry = { job, request, viewTold: -Infinity };
      entries.set(job.id, entry);
      tell({ type: 'job', job });
      runNext();
      return entry.job;
    },
    command(id, command) {
      const entry = entryOf(id);
      const { kind, state } = entry.job;
      if (command === 'stop' && state === 'queued') return change(entry, { state: 'stopped' });
      if (entry.runner === undefined || hasEnded(entry.job)) throw new RangeError(`the job ${id} is ${state}; only one that runs can ${command}`);
      if (kind === 'sweep' && command !== 'stop') throw new RangeError(`a search cannot ${command}; it can be stopped, and goes on where it was when it is started again`);
      entry.runner.send({ type: command });
    },
    forget(id) {
      if (!hasEnded(entryOf(id).job)) throw new RangeError(`the job ${id} has not ended; stop it first`);
      forget([id]);
    },
    async view(id) {
      const entry = entries.get(id);
      if (entry?.network) {
        const { network, job } = entry;
        return viewOf(job.settings, dataset, network.update, async (parts) => ({ network: networkOf(job.settings), parameters: network.parameters, standardiser: await standardiserFor(job.settings, parts.train) }));
      }
      if (!isKey(id)) return undefined;
      const run = await store.get(id);
      if (run?.outcome !== 'finished' || run.identity.dataset !== dataset.checksum) return undefined;
      return viewOf(run.identity.settings, dataset, run.history.at(-1)?.update ?? 0, async () => run.model);
    },
    async curve(key) {
      if (!isKey(key)) return undefined;
      const run = (await store.list()).find((summary) => summary.key === key);
      return run && { full: run.history.map(pointOf), live: [] };
    },
    async rename(key, name) {
      if (!(await store.list()).some((run) => run.key === key)) throw new RangeError('there is no such run');
      await names.set(key, name);
      await tellRuns();
    },
    async remove(key) {
      const removed = isKey(key) && (await store.remove(key));
      if (removed) await names.set(key, '');
      await tellRuns();
      return removed;
    },
    async close() {
      closed = true;
      listeners.clear();
      for (const { job, runner } of entries.values()) if (!hasEnded(job)) runner?.send({ type: 'stop' });
      await workers.close();
      await active;
    },
  };
  return lab;
}

async function viewOf(settings: RunSettings, dataset: Dataset, update: number, model: (parts: ReturnType<typeof partsOf>) => Promise<Model>): Promise<NetworkView> {
  const parts = partsOf(settings, dataset);
  const engine = await openEngine({ name: settings.engine, precision: settings.precision, threads: 1 });
  return networkView(await model(parts), update, parts.validation, engine);
}

function describe({ name, classNames, groups, pixels }: Dataset): DatasetInfo {
  return { name, classNames, batches: groups.filter((group) => group.name !== batchNames[5]).map(({ name: batch, size }) => ({ name: batch, size })), width: pixels.width };
}

function hasEnded({ state }: Job): boolean {
  return state === 'done' || state === 'stopped' || state === 'failed';
}

function isKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
