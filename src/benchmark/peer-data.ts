import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBatches } from '../data/batch-files';
import type { Dataset } from '../data/dataset';

/** A folder of binary batches for programs that know nothing of this library. */
export interface PeerData {
  readonly folder: string;
  /** Removes what was made for the peers. */
  remove(): Promise<void>;
}

/** The data set's own folder; synthetic data is written into a temporary one. */
export async function peerData(dataset: Dataset): Promise<PeerData> {
  if (dataset.directory !== undefined) return { folder: dataset.directory, remove: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'clr-lab-peers-'));
  await writeBatches(dataset, folder);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
