/** What the time of a search over a queue follows from. */
export interface SearchTimeOptions {
  readonly trials: number;
  /** Seconds of training of one trial on a core of its own. */
  readonly secondsPerTrial: number;
  /** Trials at once, over all machines. */
  readonly workers: number;
  /** Cores that the workers have in all. Default: one each. */
  readonly cores?: number;
  /** Seconds from the end of a worker's trial to the start of its next. Default 0.006, as measured. */
  readonly overhead?: number;
  /** Seconds of each trial in which the asker and Redis are busy, and can serve no other. Default 0.05, as measured with the report's network and a store. */
  readonly serial?: number;
}

/**
 * Seconds from the first trial's start to the last one's end, where all trials take as long:
 *
 * T = max(⌈n / w⌉ (s max(1, w / c) + o), n d)
 *
 * for n trials of s seconds, w workers (n at most) on c cores, overhead o and serial part d. The first term is the rounds in which w workers
 * go through n trials (list scheduling of equal jobs; Graham 1969), slowed down where workers share cores; the second is what the one asker
 * and the one Redis cannot go below, however many workers there are (Amdahl 1967).
 *
 * @throws RangeError for a number that cannot be right
 */
export function searchTime({ trials, secondsPerTrial, workers, cores = workers, overhead = 0.006, serial = 0.05 }: SearchTimeOptions): number {
  for (const [name, value] of Object.entries({ trials, workers, cores })) if (!(Number.isInteger(value) && value >= 1)) throw new RangeError(`${name} is ${value}; a whole number, 1 or more, would be right`);
  for (const [name, value] of Object.entries({ secondsPerTrial, overhead, serial })) if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${name} is ${value}; a number of seconds, 0 or more, would be right`);
  const atOnce = Math.min(workers, trials);
  return Math.max(Math.ceil(trials / atOnce) * (secondsPerTrial * Math.max(1, atOnce / cores) + overhead), trials * serial);
}
