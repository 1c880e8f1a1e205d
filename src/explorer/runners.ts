import { describeDataset } from '../data/attach-dataset';
import type { Dataset } from '../data/dataset';
import type { HostTensors } from '../network/host-tensor';
import { identityOf } from '../runs/identity';
import type { RunSettings } from '../runs/settings';
import type { RunStore } from '../runs/store';
import { protocolVersion, type WorkerCommand } from '../search/protocol';
import { search } from '../search/search';
import { logarithmic } from '../search/space';
import type { Workers } from '../search/workers';
import { type RatePoint, rangeTestRates, suggestRates } from '../training/range-test';
import { type Curve, type Job, pointIndex, pointOf, type RunEnd, type SweepTrial } from './messages';
import type { JobRequest } from './requests';

/** What all runners need. */
export interface RunnerContext {
  readonly dataset: Dataset;
  readonly store: RunStore;
  readonly workers: Workers;
  /** Threads of the engine in a run. */
  readonly threads: number;
  /** Trials of a sweep at once in this process. */
  readonly sweepWorkers: number;
  /** URL of the queue whose workers train the trials of sweeps; undefined where this process does. */
  readonly queue: string | undefined;
}

/** What a runner tells while it is at work. */
export interface RunnerEvents {
  changed(change: Partial<Job>): void;
  /** Further points of a curve: that of the job, or of its trial of this number. */
  points(more: Curve, trial?: number): void;
  parameters(update: number, parameters: HostTensors): void;
  /** It has come to a halt, or goes on. */
  paused(paused: boolean): void;
}

/** A job at work. */
export interface Runner {
  /** Never rejects. */
  readonly end: Promise<RunEnd>;
  send(command: WorkerCommand): void;
}

/** Live points: ten a second and a few to spare. */
const live = { images: 1000, perSecond: 12 };

export function startRunner(request: JobRequest, context: RunnerContext, events: RunnerEvents): Runner {
  switch (request.kind) {
    case 'run':
      return startRun(request.settings, context, events);
    case 'range-test':
      return startRangeTest(request.settings, context, events);
    case 'sweep':
      return startSweep(request, context, events);
  }
}

/** The settings of a range test over some epochs. Measured in full at its ends only. */
export function rangeTestSettings(settings: RunSettings, updatesPerEpoch: number): RunSettings {
  const updates = Math.min(1500, Math.max(300, 4 * updatesPerEpoch));
  return { ...settings, schedule: { type: 'exponential', ...rangeTestRates({ updates }) }, updates, measurementsPerEpoch: updatesPerEpoch / updates / 2 };
}

function startRun(settings: RunSettings, { dataset, store, workers, threads }: RunnerContext, events: RunnerEvents): Runner {
  return startJob(settings, { dataset, workers, threads, store: store.directory, live }, events);
}

/** Not stored: nobody asks for it again. */
function startRangeTest(settings: RunSettings, { dataset, workers, threads }: RunnerContext, events: RunnerEvents): Runner {
  const rates: RatePoint[] = [];
  const job = startJob(settings, { dataset, workers, threads, store: null, live: { ...live, perSecond: 200 } }, {
    ...events,
    points(more) {
      rates.push(...more.live.map((point): RatePoint => ({ eta: point[pointIndex.eta], loss: point[pointIndex.validation.loss] })));
      events.points(more);
    },
  });
  const end = job.end.then((ended): RunEnd => {
    if (ended.state === 'stopped') return ended;
    const suggestion = suggestRates(rates);
    return suggestion ? { state: 'done', message: '', suggestion } : { state: 'failed', message: ended.message || 'the loss did not fall: no learning rates to suggest' };
  });
  return { ...job, end };
}

interface WorkerRun extends Pick<RunnerContext, 'dataset' | 'workers' | 'threads'> {
  readonly store: string | null;
  readonly live: typeof live;
}

function startJob(settings: RunSettings, { dataset, workers, threads, store, live: rate }: WorkerRun, events: RunnerEvents): Runner {
  const waiting: WorkerCommand[] = [];
  let deliver = (command: WorkerCommand): void => void waiting.push(command);
  const run = async (): Promise<RunEnd> => {
    const identity = await identityOf(settings, dataset.checksum);
    const job = workers.start(
      { protocol: protocolVersion, identity, dataset: describeDataset(dataset), store, fresh: false, threads, checkpointEverySeconds: 10, sendCheckpoints: true, live: rate },
      (event) => {
        if (event.type === 'started') events.changed({ key: store === null ? null : event.key });
        else if (event.type === 'live') events.points({ full: [], live: [pointOf(event.measurement)] });
        else if (event.type === 'measurement') events.points({ full: [pointOf(event.measurement)], live: [] });
        else if (event.type === 'paused' || event.type === 'resumed') events.paused(event.type === 'paused');
        else if (event.type === 'checkpoint') events.parameters(event.update, event.parameters);
      },
    );
    for (const command of waiting) job.send(command);
    deliver = job.send;
    const end = await job.end;
    if (end.type === 'done') return { state: 'done', message: end.fromStore ? 'was in the store' : '' };
    return end.failure === 'stopped' ? { state: 'stopped', message: '' } : { state: 'failed', message: end.message };
  };
  const end = run().catch((error: Error): RunEnd => ({ state: 'failed', message: error.message }));
  return { end, send: (command) => deliver(command) };
}

function startSweep({ settings, sweep }: JobRequest, { dataset, store, sweepWorkers, queue }: RunnerContext, events: RunnerEvents): Runner {
  const stopping = new AbortController();
  const space = { lambda: logarithmic(sweep!) };
  const lambdas = (space.lambda as { readonly values: readonly number[] }).values;
  const trials = new Map<number, SweepTrial>();
  const tell = (trial: SweepTrial) => {
    trials.set(trial.number, trial);
    events.changed({ trials: [...trials.values()].sort((a, b) => a.number - b.number), total: lambdas.length });
  };
  const run = async (): Promise<RunEnd> => {
    const study = search({
      dataset, settings, space, store, queue, workers: queue === undefined ? sweepWorkers : undefined, signal: stopping.signal,
      onMessage: (message) => events.changed({ message }),
      onMeasurement(number, measurement) {
        events.points({ full: [pointOf(measurement)], live: [] }, number);
        const worker = study.running.find((trial) => trial.number === number)?.worker ?? '';
        tell({ number, parameters: { lambda: lambdas[number] }, value: measurement.validation.accuracy, state: 'running', key: null, worker, stint: null });
      },
    });
    for await (const { number, parameters, value, state, key, stint } of study) tell({ number, parameters, value, state, key, worker: stint?.worker ?? '', stint });
    return { state: 'done', message: '' };
  };
  const end = run().catch((error: Error): RunEnd => (stopping.signal.aborted ? { state: 'stopped', message: '' } : { state: 'failed', message: error.message }));
  return { end, send: ({ type }) => (type === 'stop' ? stopping.abort() : undefined) };
}
