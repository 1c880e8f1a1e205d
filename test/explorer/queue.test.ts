import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLab } from '../../src/explorer/lab';
import type { Job } from '../../src/explorer/messages';
import { parseRunSettings } from '../../src/runs/settings';
import { openStore } from '../../src/runs/store';
import { serveQueue } from '../../src/search/queue/serve-queue';
import { smallDataset, smallSettings } from '../runs/small-dataset';
import { hasRedis, startRedis } from '../support/redis';

describe.runIf(hasRedis)('the explorer over a queue', () => {
  test("a search's trials come as they do from this process, with who trained them", async () => {
    const redis = await startRedis();
    const dataset = smallDataset();
    const folder = mkdtempSync(join(tmpdir(), 'clr-lab-explorer-queue-'));
    const store = (name: string) => openStore({ directory: join(folder, name) });
    const finish = new AbortController();
    const lab = openLab({ dataset, store: store('asker'), threads: 1, queue: redis.url });
    const states: Job[] = [];
    const done = new Promise<Job>((resolve) => void lab.connect((event) => {
      if (event.type !== 'job') return;
      states.push(event.job);
      if (['done', 'failed'].includes(event.job.state)) resolve(event.job);
    }));
    lab.submit({ kind: 'sweep', name: '', settings: parseRunSettings(smallSettings), sweep: { from: 1e-4, to: 1e-2, count: 3 } });
    const worker = serveQueue({ queue: redis.url, dataset, store: store('worker'), concurrency: 1, name: 'far-away', onMessage: () => {}, finish: finish.signal });
    const { state, message, trials } = await done;
    expect([state, message]).toEqual(['done', '']);
    expect(trials!.map((trial) => [trial.state, trial.worker, trial.stint?.worker])).toEqual(Array(3).fill(['complete', 'far-away', 'far-away']));
    expect(await store('asker').list()).toHaveLength(3);
    expect(states.some((job) => job.trials!.some((trial) => trial.state === 'running' && trial.worker === 'far-away'))).toBe(true);
    finish.abort();
    await worker;
    await lab.close();
    await redis.close();
    dataset.remove();
    rmSync(folder, { recursive: true });
  });
});
