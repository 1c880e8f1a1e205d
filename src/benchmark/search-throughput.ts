import type { Dataset } from '../data/dataset';
import { search } from '../search/search';
import { list } from '../search/space';
import { interleave, type Spread, ratios, spread } from './rounds';

/** Trials per second of a search, each on one thread. */
export interface SearchThroughput {
  readonly trials: number;
  readonly workers: number;
  /** One trial after another. */
  readonly one: Spread;
  /** As many at a time as there are workers. */
  readonly several: Spread;
  /** The second to the first, in the same round. */
  readonly ratio: Spread;
}

/** Updates of each trial, about a second. */
const UPDATES = 1500;

/** The same trials of figure 3's network one after another, and `workers` at a time. Nothing is kept. */
export async function measureSearch(dataset: Dataset, { rounds, trials = 8, workers = 2, updates = UPDATES }: { readonly rounds: number; readonly trials?: number; readonly workers?: number; readonly updates?: number }): Promise<SearchThroughput> {
  const task = (count: number) => ({ name: String(count), measure: async () => trials / (await secondsOfSearch(dataset, { trials, workers: count, updates })) });
  const measured = await interleave([task(1), task(workers)], rounds);
  const [one, several] = [measured.get('1')!, measured.get(String(workers))!];
  return { trials, workers, one: spread(one), several: spread(several), ratio: ratios(several, one) };
}

/** Wall time of a search, from the first trial's start to the last one's end. */
export async function secondsOfSearch(dataset: Dataset, { trials, workers, updates }: { readonly trials: number; readonly workers: number; readonly updates: number }): Promise<number> {
  const study = search({
    dataset, workers, store: false,
    settings: { split: { train: ['batch 1'], validation: ['batch 2'] }, schedule: { type: 'cyclical', etaMin: 1e-5, etaMax: 0.1, stepSize: 500 }, updates, measurementsPerEpoch: 1, engine: 'onnx' },
    space: { lambda: list(Array.from({ length: trials }, (_, index) => index / 1000)) },
  });
  const started = performance.now();
  for await (const { state, number } of study) if (state !== 'complete') throw new Error(`trial ${number} is ${state}`);
  return (performance.now() - started) / 1000;
}
