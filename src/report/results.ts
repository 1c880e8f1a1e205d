import { cpus, totalmem } from 'node:os';
import type { Dataset } from '../data/dataset';
import type { Engine } from '../engine/engine';

/** What `report/results.json` holds. */
export interface ReportResults {
  readonly dataset: { readonly name: string; readonly checksum: string; readonly images: number };
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
  /** Parameters of the notebooks that were set to other values than their own. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly notebooks: Readonly<Record<string, NotebookResults>>;
}

export interface NotebookResults {
  readonly status: 'ok' | 'error' | 'interrupted';
  /** Wall time of the whole notebook. */
  readonly seconds: number;
  /** What the notebook stated with `result({ … })`. */
  readonly results: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

/** What results are labelled with: the data, the engine, the versions and the machine that made them. */
export function environmentOf(dataset: Dataset, engine: Engine): Omit<ReportResults, 'notebooks' | 'parameters'> {
  const processors = cpus();
  return {
    dataset: { name: dataset.name, checksum: dataset.checksum, images: dataset.pixels.rows },
    engine: engine.name,
    versions: { clrLab: packageVersion('../../package.json'), node: process.versions.node, engine: engine.description, tslab: packageVersion('tslab/package.json') },
    machine: { platform: process.platform, architecture: process.arch, processor: processors[0]?.model.trim() ?? 'unknown', cores: processors.length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
  };
}

function packageVersion(path: string): string {
  return (require(path) as { version: string }).version;
}
