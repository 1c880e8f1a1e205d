import { availableParallelism } from 'node:os';

/** Threads that train: one less than there are cores, which keeps the page quick. */
export function trainingThreads(): number {
  return Math.max(1, availableParallelism() - 1);
}
