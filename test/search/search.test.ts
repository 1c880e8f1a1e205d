import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import type { Dataset } from '../../src/data/dataset';
import { identityOf } from '../../src/runs/identity';
import { runOnce } from '../../src/runs/run';
import { parseRunSettings } from '../../src/runs/settings';
import { openStore } from '../../src/runs/store';
import type { FinishedRun } from '../../src/runs/stored-run';
import type { SearchOptions } from '../../src/search/plan';
import type { Job, WorkerEvent } from '../../src/search/protocol';
import { runJob } from '../../src/search/run-job';
import { randomSampler } from '../../src/search/sampler';
import { bestTrial, search } from '../../src/search/search';
import { linear, list, logUniform } from '../../src/search/space';
import type { Trial } from '../../src/search/trial';
import { threadWorkers } from '../../src/search/workers';
import { smallDataset, smallSettings } from '../runs/small-dataset';

const dataset = smallDataset();
const folder = mkdtempSync(join(tmpdir(), 'clr-lab-search-'));
afterAll(() => {
  dataset.remove();
  rmSync(folder, { recursive: true });
});
let directory: string;
let count = 0;
beforeEach(() => {
  directory = join(folder, String(count++));
});
const options = (): SearchOptions & { dataset: Dataset } => ({ dataset, settings: smallSettings, space: { lambda: linear({ from: 0, to: 0.1, count: 5 }) }, workers: 2, store: openStore({ directory }) });

async function finished(given: SearchOptions) {
  const study = search(given);
  for await (const _ of study);
  return study;
}

describe('a search in two workers', () => {
  test('gives each trial the value and the bytes that it has alone in this thread', async () => {
    const study = await finished({ ...options(), seeds: [1, 2] });
    expect(study.total).toBe(10);
    expect(study.trials.map(({ number, parameters, seed }) => [number, parameters.lambda, seed])).toEqual(
      [0, 0.025, 0.05, 0.075, 0.1].flatMap((lambda, k) => [[2 * k, expect.closeTo(lambda, 12), 1], [2 * k + 1, expect.closeTo(lambda, 12), 2]]),
    );
    for (const trial of study.trials) {
      const alone = await runOnce({ ...smallSettings, lambda: trial.parameters.lambda, seed: trial.seed }, dataset, { store: false });
      expect(trial).toMatchObject({ state: 'complete', fromStore: false, key: alone.key, settings: alone.settings });
      expect(trial.history).toEqual(alone.history);
      expect(trial.value).toBe(alone.history[alone.history.length - 1].validation.accuracy);
      expect(((await openStore({ directory }).get(alone.key)) as FinishedRun).model).toEqual(alone.model);
    }
    expect(bestTrial(study.trials).value).toBe(Math.max(...study.trials.map(({ value }) => value!)));
    expect(bestTrial(study.trials, { direction: 'minimize' }).value).toBe(Math.min(...study.trials.map(({ value }) => value!)));
  });

  test('takes what is stored from the store, and trains it again when asked to', async () => {
    const first = await finished(options());
    const second = await finished({ ...options(), space: { lambda: linear({ from: 0, to: 0.1, count: 9 }) } });
    expect(second.trials.map(({ fromStore }) => fromStore)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((k) => k % 2 === 0));
    expect(second.trials.filter(({ fromStore }) => fromStore).map(({ value, history, seconds }) => ({ value, history, seconds }))).toEqual(first.trials.map(({ value, history, seconds }) => ({ value, history, seconds })));
    expect((await finished({ ...options(), fresh: true })).trials.map(({ fromStore, value }) => [fromStore, value])).toEqual(first.trials.map(({ value }) => [false, value]));
  });

  test('yields trials as they end, and tells measurements as they are made', async () => {
    const told = new Map<number, number[]>();
    const study = search({ ...options(), onMeasurement: (number, { update }) => void told.set(number, [...(told.get(number) ?? []), update]) });
    expect(study.trials).toEqual([]);
    const first = (await study.next()).value as Trial;
    expect(told.get(first.number)).toEqual(first.history.map(({ update }) => update));
    const numbers = [first.number];
    for await (const { number } of study) numbers.push(number);
    expect(numbers.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('keeps nothing where it is told not to', async () => {
    const study = await finished({ ...options(), store: false });
    expect(study.trials.every(({ state, value }) => state === 'complete' && value !== null)).toBe(true);
    expect(() => readdirSync(directory)).toThrow('ENOENT');
  });

  test('searches several parameters, wherever they stand in the settings', async () => {
    const space = { lambda: logUniform({ from: 1e-4, to: 1e-1 }), 'schedule.etaMax': logUniform({ from: 1e-3, to: 1e-1 }), batchSize: list([10, 20]) };
    const study = await finished({ ...options(), space, trials: 4, sampler: randomSampler({ seed: 5 }) });
    expect(study.trials).toHaveLength(4);
    for (const { parameters, settings, state } of study.trials) {
      expect(state).toBe('complete');
      expect(settings).toMatchObject({ lambda: parameters.lambda, batchSize: parameters.batchSize, schedule: { type: 'cyclical', etaMax: parameters['schedule.etaMax'], stepSize: 50 } });
    }
  });

  test('takes settings from a function, and seeks any value', async () => {
    const settings = ({ hidden }: Readonly<Record<string, number>>) => ({ ...smallSettings, layers: [48, hidden, 10] });
    const study = await finished({ ...options(), settings, space: { hidden: list([5, 10]) }, value: ({ validation }) => validation.loss });
    expect(study.trials.map((trial) => [trial.settings!.layers[1], trial.value])).toEqual(study.trials.map((trial, k) => [[5, 10][k], trial.history[trial.history.length - 1].validation.loss]));
  });
});

describe('what goes wrong', () => {
  test('a trial that diverges or cannot be right is a failed trial with its reason, and the search goes on', async () => {
    const settings = ({ eta, batchSize }: Readonly<Record<string, number>>) => ({ ...smallSettings, batchSize, schedule: { type: 'constant', eta } as const });
    const space = { eta: list([1e200, 0.01]), batchSize: list([10, 10.5, 1000]) };
    const study = await finished({ ...options(), settings, space });
    expect(study.trials.map(({ state, value, reason }) => [state, value === null, reason?.slice(0, 62)])).toEqual([
      ['failed', true, expect.stringMatching(/^the loss is NaN after update 2, at eta 1e\+200 and lambda 0.01/)],
      ['failed', true, 'settings.batchSize is 10.5; a whole number, 1 or more, would b'],
      ['failed', true, 'batchSize must be a whole number from 1 to the 200 training im'],
      ['complete', false, undefined],
      ['failed', true, 'settings.batchSize is 10.5; a whole number, 1 or more, would b'],
      ['failed', true, 'batchSize must be a whole number from 1 to the 200 training im'],
    ]);
    const again = await finished({ ...options(), settings, space });
    expect(again.trials[0]).toMatchObject({ state: 'failed', fromStore: true, reason: study.trials[0].reason });
  });

  test('a store that cannot be written ends the search', async () => {
    const store = openStore({ directory: '/dev/null/runs' });
    await expect(finished({ ...options(), store })).rejects.toThrow(/^The store of runs in \/dev\/null\/runs: .* failed: a file stands where a folder should be \(ENOTDIR\)/);
  });

  test.each<[Partial<SearchOptions>, string]>([
    [{ workers: 0 }, 'workers is 0; a whole number, 1 or more, would be right'],
    [{ space: {} }, 'space has no parameters'],
    [{ space: { lamda: list([1]) } }, "space has the parameter 'lamda', but the settings have no number lamda; there are updates, batchSize, lambda, seed, measurementsPerEpoch"],
    [{ space: { 'schedule.eta': list([1]) } }, 'the settings have no number eta; there are etaMin, etaMax, stepSize'],
    [{ space: { seed: list([1, 2]) } }, "space has the parameter 'seed'; the option seeds would be right"],
    [{ space: { lambda: logUniform({ from: 1, to: 2 }) } }, 'trials is undefined; the number of sets of parameters to try'],
    [{ trials: 0 }, 'trials is 0'],
    [{ seeds: [] }, 'seeds is []; one or more different whole numbers would be right'],
    [{ seeds: [1, 1] }, 'seeds is [1, 1]'],
    [{ settings: { ...smallSettings, updates: 0 } }, 'settings.updates is 0'],
  ])('options that cannot be right are refused at once: %j', (change, message) => {
    expect(() => search({ ...options(), ...change })).toThrow(message);
  });
});

describe('ending a search early', () => {
  const long = { ...smallSettings, updates: 1_000_000, measurementsPerEpoch: 1 };

  test('a signal ends all workers at once, and leaves checkpoints that the next search goes on from', async () => {
    const controller = new AbortController();
    const updates = new Map<number, number>();
    const threads = activeWorkers();
    let most = 0;
    const study = search({ ...options(), settings: long, signal: controller.signal, onMeasurement: (number, { update }) => {
      updates.set(number, update);
      most = Math.max(most, activeWorkers());
      if (updates.size === 2 && Math.min(...updates.values()) >= 100) controller.abort();
    } });
    const failure = await study.next().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'AbortError' });
    expect(study.trials).toEqual([]);
    expect(most).toBeGreaterThan(threads);
    expect(activeWorkers()).toBe(threads);
    expect(readdirSync(directory).map((name) => name.slice(64))).toEqual(['.checkpoint', '.checkpoint']);
  });

  test('so does leaving it', async () => {
    const threads = activeWorkers();
    const study = search({ ...options(), settings: ({ updates }) => ({ ...long, updates }), space: { updates: list([100, 1_000_000, 2_000_000]) } });
    for await (const trial of study) {
      expect(trial).toMatchObject({ number: 0, state: 'complete' });
      break;
    }
    expect(activeWorkers()).toBe(threads);
  });

  test('a pruner ends trials that do badly', async () => {
    const study = await finished({
      ...options(), settings: ({ updates }) => ({ ...long, updates }), space: { updates: list([100, 1_000_000]) },
      pruner: ({ number, values }) => number === 1 && values[values.length - 1].update >= 200,
    });
    expect(study.trials).toMatchObject([{ state: 'complete' }, { state: 'pruned', reason: 'ended by the pruner after update 200' }]);
    const { history, value } = study.trials[1];
    expect(history.map(({ update }) => update)).toEqual(Array.from({ length: 11 }, (_, k) => 20 * k));
    expect(value).toBe(history[10].validation.accuracy);
  });

  /** Worker threads of this process. */
  function activeWorkers(): number {
    return process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker').length;
  }
});

describe('the worker protocol', () => {
  const job = async (change: Partial<Job> = {}): Promise<Job> => ({
    protocol: 1, identity: await identityOf(parseRunSettings(smallSettings), dataset.checksum), dataset: describeDataset(dataset),
    store: null, fresh: false, threads: 1, checkpointEverySeconds: 10, sendCheckpoints: false, ...change,
  });
  const events = async (given: unknown): Promise<WorkerEvent[]> => {
    const told: WorkerEvent[] = [];
    await runJob(given, { emit: (event) => told.push(event), signal: new AbortController().signal });
    return told;
  };

  test('tells a run from its start to its end, with parameters where they are asked for', async () => {
    const told = await events(JSON.parse(JSON.stringify(await job({ sendCheckpoints: true }))));
    const { history, model, key } = await runOnce(smallSettings, dataset, { store: false });
    expect(told[0]).toEqual({ type: 'started', key, updates: 100, updatesPerEpoch: 20 });
    expect(told.slice(1, -1).map(({ type }) => type)).toEqual(history.flatMap(() => ['measurement', 'checkpoint']));
    expect(told.flatMap((event) => (event.type === 'measurement' ? event.measurement : []))).toEqual(history);
    expect(told[told.length - 2]).toEqual({ type: 'checkpoint', update: 100, parameters: model.parameters });
    expect(told[told.length - 1]).toMatchObject({ type: 'done', fromStore: false, resumedAt: null, engine: expect.stringMatching(/1 thread$/) });
  });

  test('refuses a run that would be another one here', async () => {
    const { identity } = await job();
    for (const [change, message] of [
      [{ dataset: 'elsewhere' }, `the worker's dataset differ from the asker's: "${dataset.checksum}" here, "elsewhere" there`],
      [{ versions: { 'onnxruntime-node': '0.1' } }, 'the worker\'s versions differ'],
      [{ mathematics: 'other' }, "the worker's mathematics differ"],
    ] as const) {
      expect(await events(await job({ identity: { ...identity, ...change } }))).toEqual([{ type: 'failed', failure: 'refused', message: expect.stringContaining(message), seconds: 0 }]);
    }
  });

  test('takes no job that is not as it should be', async () => {
    const good = await job();
    for (const [bad, message] of [
      [{ ...good, protocol: 2 }, "job.protocol is 2; 1, the version of this worker's protocol, would be right"],
      [{ ...good, threads: 0 }, 'job.threads is 0'],
      [{ ...good, command: 'rm' }, 'job has an unknown key: command'],
      [{ ...good, identity: { ...good.identity, settings: { ...good.identity.settings, lambda: '1' } } }, 'settings.lambda is "1"'],
      [{ ...good, dataset: { ...good.dataset, pixels: null } }, 'job.dataset.pixels is null'],
      ['job', 'job is "job"'],
    ] as const) {
      expect(await events(bad)).toEqual([{ type: 'failed', failure: 'error', message: expect.stringContaining(message), seconds: 0 }]);
    }
  });

  test('a run in a worker can be paused, resumed and stopped', async () => {
    const workers = threadWorkers({ count: 1 });
    const told: WorkerEvent[] = [];
    const { identity } = await job();
    const running = workers.start(await job({ identity: { ...identity, settings: { ...identity.settings, updates: 1_000_000 } } }), (event) => told.push(event));
    const measured = () => told.filter(({ type }) => type === 'measurement').length;
    await until(() => measured() > 3);
    running.send({ type: 'pause' });
    await pause(300);
    const paused = measured();
    await pause(300);
    expect(measured()).toBe(paused);
    running.send({ type: 'resume' });
    await until(() => measured() > paused + 3);
    running.send({ type: 'pause' });
    running.send({ type: 'stop' });
    expect(await running.end).toMatchObject({ type: 'failed', failure: 'stopped' });
    await workers.close();
  });

  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const until = async (holds: () => boolean) => {
    while (!holds()) await pause(5);
  };
});
