import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { openDataset } from '../../src/data/open-dataset';
import { searchProcess } from './search-process';

/** On a data set of CIFAR-10's size, so it takes its time. */
describe.runIf(process.env.CLR_LAB_TEST_ALL && process.platform === 'linux' && availableParallelism() >= 2)('what a search costs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clr-lab-cost-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  let runs = 0;
  const job = async (workers: number, trials: number) => ({
    dataset: describeDataset(await openDataset({ synthetic: true, onMessage: () => {} })), store: join(folder, String(runs++)), workers,
    lambdas: Array.from({ length: trials }, (_, k) => k / 1000),
    settings: { split: { train: 'all', validation: 5000 }, schedule: { type: 'cyclical', etaMin: 1e-5, etaMax: 0.1, stepSize: 900 }, updates: 3600, measurementsPerEpoch: 0.25, engine: 'onnx' },
  });

  // It wants the machine for itself, which the other tests do not leave it: CLR_LAB_TEST_ALL=1 CLR_LAB_TEST_TIMES=1 with this file alone.
  test.runIf(process.env.CLR_LAB_TEST_TIMES)('eight trials in two workers take at most 0.58 of the time of the same eight one after another', async () => {
    const ratios: number[] = [];
    // Another process can only make it slower: the best of three counts.
    while (ratios.length < 3 && !(Math.min(...ratios) <= 0.58)) {
      const [one, two] = [(await searchProcess(await job(1, 8))).result!, (await searchProcess(await job(2, 8))).result!];
      expect(two.trials).toEqual(one.trials);
      ratios.push(two.seconds / one.seconds);
    }
    expect(Math.min(...ratios)).toBeLessThanOrEqual(0.58);
  }, 300_000);

  test('private memory grows by less than 150 MB a worker', async () => {
    const most = async (workers: number) => {
      let [pid, megabytes] = [0, 0];
      const timer = setInterval(() => (megabytes = Math.max(megabytes, privateMegabytes(pid))), 20);
      const { code } = await searchProcess(await job(workers, 4), { onStart: (started) => (pid = started) });
      clearInterval(timer);
      expect(code).toBe(0);
      return megabytes;
    };
    const [one, two] = [await most(1), await most(2)];
    expect(two - one).toBeLessThan(150);
    expect(two - one).toBeGreaterThan(5); // it was measured
    expect(one).toBeLessThan(250); // with the process itself
  }, 120_000);
});

function privateMegabytes(pid: number): number {
  try {
    return Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1000;
  } catch {
    return 0; // it is not there yet, or no longer
  }
}
