import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { KernelClient, printed } from '../notebook/kernel-client';

/** Short runs in one kernel, a cell to each; about a second each, so CLR_LAB_SOAK=3600 is an hour of them. */
const runs = Number(process.env.CLR_LAB_SOAK ?? 60);
/** Memory is taken to be at its height after so many of them. */
const warmUp = Math.min(100, runs / 2);

const folder = mkdtempSync(join(tmpdir(), 'clr-lab-soak-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(['onnx', 'tfjs'] as const)('short runs on %s in one kernel', (engine) => {
  test(`${runs} of them leave memory flat within 50 MB`, async () => {
    const kernel = await KernelClient.start({ CIFAR10_DIR: '', CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '1000', CLR_LAB_CACHE: join(folder, 'cache'), CLR_LAB_RUNS: join(folder, engine) });
    try {
      const { reply } = await kernel.run(`import { fullyConnected, learningCurves, openDataset, show, split, storedRun, watch } from 'clr-lab';
        import { setFlagsFromString } from 'node:v8';
        import { runInNewContext } from 'node:vm';
        setFlagsFromString('--expose-gc');
        const collect = runInNewContext('gc') as () => void; // else memory is what V8 has not yet come round to
        const dataset = await openDataset();`);
      expect(reply.content).toMatchObject({ status: 'ok' });
      const megabytes: number[] = [];
      for (let seed = 1; seed <= runs; seed++) {
        const answer = await kernel.run(`const settings = {
            layers: [3072, 20, 10], split: { train: ['batch 1'], validation: ['batch 2'] }, schedule: { type: 'cyclical', etaMin: 1e-5, etaMax: 0.1, stepSize: 25 } as const,
            updates: 50, batchSize: 100, seed: ${seed}, engine: '${engine}' as const,
          };
          const run = storedRun(settings, dataset);
          await watch(run);
          show(learningCurves(run.history));
          collect();
          const { rss, heapUsed, external } = process.memoryUsage();
          console.log(JSON.stringify({ rss, heapUsed, external }));`);
        expect(answer.reply.content).toMatchObject({ status: 'ok' });
        const memory = JSON.parse(/\{"rss".*\}/.exec(printed(answer))![0]) as Record<string, number>;
        megabytes.push(memory.rss / 1e6);
        if (process.env.CLR_LAB_SOAK && seed % 10 === 0) process.stdout.write(`${engine} ${seed}: ${Object.entries(memory).map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)}`).join(', ')} MB\n`);
        for (const heard of [kernel.published, kernel.replies]) heard.length = 0; // this end is not to fill up either
      }
      const after = megabytes.slice(warmUp);
      // Single values still go up and down with what the allocators keep: medians of the first and the last third.
      const third = Math.floor(after.length / 3);
      const growth = median(after.slice(-third)) - median(after.slice(0, third));
      if (process.env.CLR_LAB_SOAK) process.stdout.write(`${engine}: ${runs} runs, resident memory ${median(after.slice(0, third)).toFixed(0)} MB after ${warmUp}, ${median(after.slice(-third)).toFixed(0)} MB at the end, ${Math.max(...after).toFixed(0)} MB at most\n`);
      expect(growth).toBeLessThan(50);
    } finally {
      await kernel.stop();
    }
  }, 60_000 + 10_000 * runs);
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
