import type { Model } from './model';
import type { TrainingRun } from './train';

/**
 * Runs a training to its end and keeps the network as it was after some updates, such as the ends of its cycles (`cycleEnds`): for a snapshot
 * ensemble (Huang et al. 2017, arXiv:1704.00109) or an average of weights (Izmailov et al. 2018, arXiv:1803.05407).
 *
 * @param updates after which updates; the run must measure there, which its option `measureAt` sees to
 * @returns a network for each, in order of update
 * @throws RangeError for an update that is none of the run's, or as soon as the run has gone past one without a measurement
 */
export async function snapshotsAt(run: TrainingRun, updates: readonly number[]): Promise<Model[]> {
  const wrong = updates.find((update) => !Number.isInteger(update) || update < 0 || update > run.updates);
  if (wrong !== undefined) throw new RangeError(`updates has ${wrong}; whole numbers from 0 to ${run.updates}, the run's updates, would be right`);
  const wanted = [...new Set(updates)].sort((a, b) => a - b);
  const models: Model[] = [];
  for await (const { update } of run) {
    const next = wanted[models.length];
    if (next !== undefined && update > next) throw new RangeError(`the run does not measure after update ${next}; measureAt: [${updates.join(', ')}] among its options would be right`);
    if (update === next) models.push(run.model);
  }
  return models;
}
