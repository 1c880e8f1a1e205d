import type { Standardiser } from '../data/standardiser';
import { hostTensor } from '../network/host-tensor';
import type { History } from '../training/measurement';
import type { Model } from '../training/model';
import type { RunEnvironment } from './environment';
import type { RunIdentity } from './identity';
import { decodeSafetensors, encodeSafetensors } from './safetensors';
import { networkOf } from './settings';

interface CommonRun {
  readonly identity: RunIdentity;
  readonly history: History;
  /** Wall time of the training with all its measurements. */
  readonly seconds: number;
  readonly environment: RunEnvironment;
}

/** A run that was trained to its end. */
export interface FinishedRun extends CommonRun {
  readonly outcome: 'finished';
  readonly model: Model;
}

/** A run whose loss was no longer finite: it is stored too, since it would end the same way again. */
export interface DivergedRun extends CommonRun {
  readonly outcome: 'diverged';
  readonly divergence: { readonly update: number; readonly eta: number; /** 'NaN', 'Infinity' or '-Infinity'. */ readonly loss: string };
}

export type StoredRun = FinishedRun | DivergedRun;

/** A stored run without its weights. */
export type RunSummary = (Omit<FinishedRun, 'model'> | DivergedRun) & { readonly key: string };

/** The files of an entry in the store, by name. */
export type EntryFiles = Readonly<Record<string, Uint8Array>>;

/** What `files` must hold for `summaryFrom`. */
export const summaryFile = 'run.json';

/** A run as files: run.json, and for a finished run weights and standardiser as safetensors. */
export function filesOf(run: StoredRun): EntryFiles {
  if (run.outcome === 'diverged') return { [summaryFile]: json(run) };
  const { model, ...summary } = run;
  const { mean, standardDeviation } = model.standardiser;
  const standardiser = { mean: hostTensor([mean.length], mean), standardDeviation: hostTensor([standardDeviation.length], standardDeviation) };
  return {
    [summaryFile]: json(summary),
    'weights.safetensors': encodeSafetensors(model.parameters),
    'standardiser.safetensors': encodeSafetensors(standardiser),
  };
}

/** The run of an entry's files. */
export function runFrom(files: EntryFiles): StoredRun {
  const summary = summaryFrom(files);
  if (summary.outcome === 'diverged') return summary;
  const { tensors: parameters } = decodeSafetensors(files['weights.safetensors']);
  const { tensors } = decodeSafetensors(files['standardiser.safetensors']);
  const standardiser: Standardiser = { mean: tensors.mean.data as Float64Array, standardDeviation: tensors.standardDeviation.data as Float64Array };
  return { ...summary, model: { network: networkOf(summary.identity.settings), parameters, standardiser } };
}

/** The run of an entry's files, without its weights. */
export function summaryFrom(files: EntryFiles): Omit<FinishedRun, 'model'> | DivergedRun {
  return JSON.parse(Buffer.from(files[summaryFile]).toString('utf8'));
}

function json(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
}
