import type { Checkpoint } from '../training/checkpoint';
import type { TrainingRun } from '../training/train';
import type { RunStore } from './store';
import { StoreError } from './store-error';
import { tell } from './tell';

export interface CheckpointOptions {
  /** A checkpoint is written as often as this, in seconds, also between measurements that are far apart. Default 10. */
  readonly checkpointEverySeconds?: number;
  /** Told what goes wrong without ending the run. Default: a line on standard error. */
  readonly onMessage?: (text: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface CheckpointKeeperOptions extends CheckpointOptions {
  readonly store: RunStore;
  readonly key: string;
  /** The update of the checkpoint that is there. */
  readonly last: number | undefined;
}

/** Keeps where a training stands, so that it can be resumed after whatever happens to this process. */
export interface CheckpointKeeper {
  /** Writes a checkpoint if the last one is old enough. */
  keepIfDue(training: TrainingRun): Promise<void>;
  /** Writes a checkpoint if there is anything new to keep. */
  keep(training: TrainingRun): Promise<void>;
}

export function checkpointKeeper({ last, checkpointEverySeconds = 10, now = () => performance.now(), ...target }: CheckpointKeeperOptions): CheckpointKeeper {
  let kept = { at: now(), update: last };
  const keeper: CheckpointKeeper = {
    async keepIfDue(training) {
      if (now() - kept.at >= 1000 * checkpointEverySeconds) await keeper.keep(training);
    },
    async keep(training) {
      const checkpoint = training.history.length > 0 ? training.checkpoint : undefined;
      if (checkpoint && checkpoint.update !== kept.update) await saveCheckpoint(checkpoint, target);
      kept = { at: now(), update: checkpoint?.update };
    },
  };
  return keeper;
}

/** A training is not to end for want of a checkpoint. */
async function saveCheckpoint(checkpoint: Checkpoint, { store, key, onMessage = tell }: Pick<CheckpointKeeperOptions, 'store' | 'key' | 'onMessage'>): Promise<void> {
  try {
    await store.putCheckpoint(key, checkpoint);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    onMessage(`${error.message} The training goes on without a checkpoint.`);
  }
}
