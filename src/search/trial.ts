import type { RunSettings } from '../runs/settings';
import type { History } from '../training/measurement';
import type { Parameters } from './space';
import type { Stint } from './stint';

/** One run of a study. */
export interface Trial {
  /** 0, 1, …, in the order in which trials are begun. */
  readonly number: number;
  readonly parameters: Parameters;
  /** The run's seed. */
  readonly seed: number;
  readonly state: 'complete' | 'failed' | 'pruned';
  /** What is sought: by default the last validation accuracy; of a pruned trial, as of its last measurement; null if it failed. */
  readonly value: number | null;
  /** Why it failed or was pruned. */
  readonly reason?: string;
  readonly history: History;
  /** Who trained it, and from when to when; null if nobody had to, or it never began. */
  readonly stint: Stint | null;
  /** Wall time of the training. */
  readonly seconds: number;
  /** The run's settings; null if they could not be right. */
  readonly settings: RunSettings | null;
  /** The run's key in the store; null if it has no settings. */
  readonly key: string | null;
  /** Whether the run was in the store before. */
  readonly fromStore: boolean;
}

/** A trial that has begun and not ended. */
export interface RunningTrial extends Pick<Trial, 'number' | 'parameters' | 'seed'> {
  /** Who trains it; '' until somebody does. */
  readonly worker: string;
  /** The update of its last measurement. */
  readonly update: number;
}
