import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../../src/data/dataset';
import { openDataset } from '../../src/data/open-dataset';
import { openStore, type RunStore } from '../../src/runs/store';
import { type ExplorerServer, startServer } from '../../src/explorer/server';

/** An explorer on a small synthetic data set and an empty store, in a folder of its own. */
export interface TestExplorer {
  readonly server: ExplorerServer;
  readonly dataset: Dataset;
  readonly store: RunStore;
  close(): Promise<void>;
}

export async function testExplorer(options: { readonly framed?: boolean; readonly hosts?: readonly string[] } = {}): Promise<TestExplorer> {
  const folder = mkdtempSync(join(tmpdir(), 'clr-lab-explorer-'));
  const environment = { CLR_LAB_CACHE: join(folder, 'cache') };
  const dataset = await openDataset({ synthetic: true, recordsPerBatch: 300, environment, onMessage: () => {} });
  const store = openStore({ directory: join(folder, 'runs') });
  const server = await startServer({ dataset, store, threads: 1, ...options });
  return {
    server, dataset, store,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Settings of a run on that data set that takes less than a second. */
export const quickSettings = {
  layers: [3072, 20, 10], split: { train: ['batch 1'], validation: ['batch 2'] }, schedule: { type: 'cyclical', etaMin: 1e-5, etaMax: 0.05, stepSize: 30 },
  updates: 60, batchSize: 50, lambda: 0.001, seed: 1, measurementsPerEpoch: 1,
};
