import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { random } from '../../src/random/random';
import { openStore } from '../../src/runs/store';
import type { FinishedRun } from '../../src/runs/stored-run';
import { search, type Study } from '../../src/search/search';
import { linear } from '../../src/search/space';
import { smallDataset, smallSettings } from '../runs/small-dataset';
import { hasRedis, startRedis, type TestRedis } from '../support/redis';
import { startWorker } from './queue-worker';

/** Fewer with CLR_LAB_KILLS=3. */
const killsEach = Number(process.env.CLR_LAB_KILLS ?? 20);
const [trials, workers] = [5 * killsEach, 4];

describe.runIf(hasRedis)('workers that are killed', () => {
  const dataset = smallDataset();
  const folder = mkdtempSync(join(tmpdir(), 'clr-lab-queue-kill-'));
  let redis: TestRedis;
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(async () => {
    await redis.close();
    dataset.remove();
    rmSync(folder, { recursive: true });
  });
  const store = (name: string) => openStore({ directory: join(folder, name) });

  test(`${trials} trials, ${workers} workers each killed ${killsEach} times, Redis killed and started again: each trial ends once, as in an undisturbed search`, async () => {
    const draws = random(Number(process.env.CLR_LAB_SEED ?? 1), 'kills');
    const options = {
      dataset, settings: { ...smallSettings, updates: 1000, measurementsPerEpoch: 0.5 }, space: { lambda: linear({ from: 0, to: 0.1, count: trials }) }, checkpointEverySeconds: 0.1,
    };
    const messages: string[] = [];
    const study = search({ ...options, store: store('asker'), queue: redis.url, study: 'killed', onMessage: (text) => messages.push(text) });

    let kills = 0;
    let over = false;
    /** One worker after another with the same store: all but the last one are killed. */
    const keepKilling = async (name: string) => {
      for (let killed = 0; killed <= killsEach && !over; killed++) {
        const life = `${name}.${killed}`;
        const worker = startWorker({ queue: redis.url, name: life, dataset: describeDataset(dataset), store: join(folder, name), concurrency: 1, lostAfterSeconds: 1.5 });
        const kill = async () => {
          // One in four while it starts, the others from their first measurement until a few trials later, however busy this machine is.
          const [starting, wait] = [draws.uniform() < 0.25, 500 * draws.uniform()];
          while (!starting && !over && !study.running.some((trial) => trial.worker === life && trial.update > 0)) await delay(10);
          await delay(wait);
          if (!over) kills++;
          worker.child.kill('SIGKILL');
        };
        const end = async () => {
          while (!over) await delay(50);
          worker.child.kill('SIGTERM');
        };
        void (killed < killsEach ? kill() : end());
        const code = await worker.ended;
        if (worker.output().includes('no Redis can be reached')) killed--; // it came while Redis was away, and says so: another one is started
        else expect(code, worker.output()).toBe(killed < killsEach ? null : 0);
      }
    };
    const lives = Array.from({ length: workers }, (_, index) => keepKilling(`worker-${index + 1}`));
    const numbers: number[] = [];
    for await (const { number } of study) {
      numbers.push(number);
      if (numbers.length === Math.floor(trials / 3)) {
        await redis.kill();
        await delay(500);
        await redis.restart();
      }
    }
    const killsDuring = kills;
    over = true;
    await Promise.all(lives);

    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: trials }, (_, number) => number));
    const undisturbed = search({ ...options, store: store('undisturbed'), workers: 2 });
    for await (const _ of undisturbed);
    expect(table(study)).toEqual(table(undisturbed));
    for (const { key } of study.trials) {
      const model = async (name: string) => ((await store(name).get(key!)) as FinishedRun).model;
      expect(await model('asker')).toEqual(await model('undisturbed'));
    }
    expect(study.trials.map(({ state }) => state)).toEqual(Array(trials).fill('complete'));
    expect(messages.some((text) => text.endsWith('is away; waiting for it, with longer and longer pauses up to 5 s'))).toBe(true);
    expect(messages.some((text) => text.endsWith('is back'))).toBe(true);
    expect(killsDuring).toBeGreaterThan((workers * killsEach) / 2); // it was not over before
    process.stderr.write(`${killsDuring} of ${workers * killsEach} kills fell into the search\n`);
  }, 600_000);
});

function table({ trials: ended }: Study): unknown[] {
  return ended.map(({ number, parameters, seed, state, value, history, key }) => ({ number, parameters, seed, state, value, history, key }));
}
