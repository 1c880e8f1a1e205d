import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/runs/store';
import { serveQueue, type ServeOptions } from '../../src/search/queue/serve-queue';
import type { SearchOptions } from '../../src/search/plan';
import { search } from '../../src/search/search';
import { linear } from '../../src/search/space';
import { smallDataset, smallSettings } from '../runs/small-dataset';
import { hasRedis, startRedis, type TestRedis } from '../support/redis';

describe.runIf(hasRedis)('a search over a queue', () => {
  const dataset = smallDataset();
  const folder = mkdtempSync(join(tmpdir(), 'clr-lab-queue-'));
  let redis: TestRedis;
  let count = 0;
  const store = () => openStore({ directory: join(folder, String(count++)) });
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(async () => {
    await redis.close();
    dataset.remove();
    rmSync(folder, { recursive: true });
  });
  const serve = (options: Partial<ServeOptions> = {}) => {
    const finish = new AbortController();
    const messages: string[] = [];
    const ended = serveQueue({ queue: redis.url, dataset, store: store(), concurrency: 1, name: `worker-${count}`, lostAfterSeconds: 1.5, onMessage: (text) => messages.push(text), finish: finish.signal, ...options });
    return { messages, ended, async end() { finish.abort(); await ended; } };
  };
  const options = (): SearchOptions => ({ dataset, settings: smallSettings, space: { lambda: linear({ from: 0, to: 0.1, count: 5 }) }, store: store() });

  test('gives the table of a search in this process', async () => {
    const worker = serve();
    const messages: string[] = [];
    const study = search({ ...options(), queue: redis.url, onMessage: (text) => messages.push(text) });
    for await (const trial of study) console.log(trial.number, trial.state, trial.value, trial.reason, trial.stint);
    console.log(messages, worker.messages);
    await worker.end();
  });
});
