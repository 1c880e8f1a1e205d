import { availableParallelism, tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { openStore } from '../../src/runs/store';
import { serveQueue } from '../../src/search/queue/serve-queue';
import { search, type Study } from '../../src/search/search';
import { searchTime } from '../../src/search/search-time';
import { linear } from '../../src/search/space';
import type { Workers } from '../../src/search/workers';
import { smallDataset, smallSettings } from '../runs/small-dataset';
import { hasRedis, startRedis, type TestRedis } from '../support/redis';
import { startWorker } from './queue-worker';

/** Those who sleep instead of training: what is left is the queue. */
const sleepers = (milliseconds: number): Workers => ({
  start(_job, onEvent) {
    onEvent({ type: 'started', key: '', updates: 1, updatesPerEpoch: 1 }, '');
    return { end: delay(milliseconds).then(() => ({ type: 'done', seconds: milliseconds / 1000, engine: 'none', fromStore: false, resumedAt: null })), send: () => {} };
  },
  close: async () => {},
});

describe.runIf(hasRedis)('what a queue costs', () => {
  const dataset = smallDataset();
  const folder = mkdtempSync(join(tmpdir(), 'clr-lab-queue-times-'));
  let redis: TestRedis;
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(async () => {
    await redis.close();
    dataset.remove();
    rmSync(folder, { recursive: true });
  });
  const store = () => openStore({ directory: join(folder, 'store') });

  /** Seconds from the first trial's start to the last one's end, on Redis's clock. */
  const seconds = ({ trials }: Study) => (Math.max(...trials.map(({ stint }) => stint!.to)) - Math.min(...trials.map(({ stint }) => stint!.from))) / 1000;

  /** A search of trials that sleep, by so many workers. */
  const sleepingSearch = async (trials: number, milliseconds: number, workers: number) => {
    const finish = new AbortController();
    const serving = Array.from({ length: workers }, (_, index) => serveQueue({ queue: redis.url, dataset, store: store(), concurrency: 1, name: `sleeper-${index}`, workers: sleepers(milliseconds), onMessage: () => {}, finish: finish.signal }));
    const study = search({ dataset, settings: smallSettings, space: { lambda: linear({ from: 0, to: 1, count: trials }) }, store: false, queue: redis.url, onMessage: () => {} });
    for await (const _ of study);
    finish.abort();
    await Promise.all(serving);
    return study;
  };

  test('is less than 20 ms a trial', async () => {
    const each: number[] = [];
    // Another process can only make it slower: the best of five counts.
    while (each.length < 5 && !(Math.min(...each) < 0.02)) each.push(seconds(await sleepingSearch(100, 0, 1)) / 100);
    if (process.env.CLR_LAB_TEST_TIMES) process.stderr.write(`${(1000 * Math.min(...each)).toFixed(1)} ms a trial\n`);
    expect(Math.min(...each)).toBeLessThan(0.02);
  }, 120_000);

  test('is as the model says, with 1, 2 and 4 workers that sleep', async () => {
    for (const workers of [1, 2, 4]) {
      const model = searchTime({ trials: 24, secondsPerTrial: 0.25, workers });
      let ratio = Infinity;
      for (let attempt = 0; attempt < 3 && !(ratio < 1.1); attempt++) ratio = Math.min(ratio, seconds(await sleepingSearch(24, 250, workers)) / model);
      if (process.env.CLR_LAB_TEST_TIMES) process.stderr.write(`${workers} workers: ${(ratio * model).toFixed(3)} s measured, ${model.toFixed(3)} s by the model\n`);
      expect(ratio).toBeGreaterThan(0.95);
      expect(ratio).toBeLessThan(1.1);
    }
  }, 120_000);

  // It wants the machine for itself. The trials compute, as the report's do: one that is measured a thousand times a second keeps more than its core busy with telling.
  test.runIf(process.env.CLR_LAB_TEST_TIMES)('is as the model says, with 1, 2 and 4 processes that train', async () => {
    const measured = async (workers: number, count: string) => {
      const processes = Array.from({ length: workers }, (_, index) => startWorker({ queue: redis.url, dataset: describeDataset(dataset), store: join(folder, `${count}-${index}`), concurrency: 1, name: `trainer-${index}` }));
      while (!processes.every(({ output }) => output().includes('takes trials'))) await delay(20);
      const run = async (first: number, trials: number) => {
        const study = search({ dataset, settings: { ...smallSettings, updates: 12_000, measurementsPerEpoch: 0.02 }, space: { lambda: linear({ from: first, to: first + 0.1, count: trials }) }, store: false, queue: redis.url, onMessage: () => {} });
        for await (const _ of study);
        return study;
      };
      await run(0.5, 2 * workers); // packages are loaded
      const study = await run(0, 24);
      for (const { child, ended } of processes) {
        child.kill('SIGTERM');
        await ended;
      }
      return study;
    };
    const alone = await measured(1, 'one');
    const secondsPerTrial = alone.trials.reduce((sum, { stint }) => sum + (stint!.to - stint!.from) / 1000, 0) / alone.trials.length;
    for (const [workers, study] of [[1, alone], [2, await measured(2, 'two')], [4, await measured(4, 'four')]] as const) {
      const model = searchTime({ trials: 24, secondsPerTrial, workers, cores: Math.min(workers, availableParallelism()) });
      process.stderr.write(`${workers} processes, ${secondsPerTrial.toFixed(3)} s a trial: ${seconds(study).toFixed(3)} s measured, ${model.toFixed(3)} s by the model\n`);
      expect(seconds(study) / model).toBeGreaterThan(0.7);
      expect(seconds(study) / model).toBeLessThan(1.4);
    }
  }, 180_000);
});
