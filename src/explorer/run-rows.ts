import type { Dataset } from '../data/dataset';
import { partsOf } from '../runs/settings';
import type { RunSummary } from '../runs/stored-run';
import type { RunRow } from './messages';

/** Stored runs as rows of the table, newest first. */
export function runRows(runs: readonly RunSummary[], names: Readonly<Record<string, string>>, dataset: Dataset): RunRow[] {
  return runs.map((run) => runRow(run, names[run.key] ?? '', dataset)).reverse();
}

function runRow({ key, outcome, identity, history, environment, seconds }: RunSummary, name: string, dataset: Dataset): RunRow {
  const { settings } = identity;
  const sameData = identity.dataset === dataset.checksum;
  const last = history.at(-1);
  return {
    key, name, outcome, settings, seconds, sameData,
    updatesPerEpoch: updatesPerEpochOf(history.at(-1)) ?? (sameData ? Math.floor(partsOf(settings, dataset).train.rows.length / settings.batchSize) : 1),
    finished: environment.finished,
    trainAccuracy: last?.train.accuracy ?? null,
    validationAccuracy: last?.validation.accuracy ?? null,
    validationCost: last?.validation.cost ?? null,
  };
}

function updatesPerEpochOf(last: { readonly update: number; readonly epoch: number } | undefined): number | undefined {
  return last !== undefined && last.epoch > 0 ? last.update / last.epoch : undefined;
}
