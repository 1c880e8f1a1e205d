import type { Dataset } from '../data/dataset';
import { describeEnvironment, type RunEnvironment } from '../runs/environment';
import { type Growth, measureScaling } from './scaling';
import { measureSearch, type SearchThroughput } from './search-throughput';
import { measureSpeed, type Speed } from './speed';
import { measureStartUp, type StartUp } from './start-up';

export type BenchmarkPart = 'speed' | 'search' | 'start-up' | 'scaling';
export const BENCHMARK_PARTS: readonly BenchmarkPart[] = ['speed', 'search', 'start-up', 'scaling'];

export interface BenchmarkOptions {
  readonly dataset: Dataset;
  /** Interleaved rounds, of which the medians count. Default 5. */
  readonly rounds?: number;
  /** How long each task of `speed` works in a round, in seconds, about. Default 2. */
  readonly seconds?: number;
  /** Default: all but 'scaling'. */
  readonly parts?: readonly BenchmarkPart[];
  /** Only engines and peers whose name holds one of these. Default: all. */
  readonly contenders?: readonly string[];
  /** Train all of figure 4 in every round, not a share of it. Default false. */
  readonly full?: boolean;
  readonly onProgress?: (text: string) => void;
}

/** Results, as plain JSON. */
export interface Benchmark {
  readonly dataset: 'cifar10' | 'synthetic';
  readonly machine: Omit<RunEnvironment, 'engine'>;
  readonly rounds: number;
  readonly speed?: Speed;
  readonly search?: SearchThroughput;
  readonly startUp?: StartUp;
  readonly scaling?: readonly Growth[];
}

/** Measures what was asked for, one part after another. */
export async function benchmark({ dataset, rounds = 5, seconds = 2, parts = ['speed', 'search', 'start-up'], contenders, full = false, onProgress = () => {} }: BenchmarkOptions): Promise<Benchmark> {
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`rounds is ${rounds}; a whole number, 1 or more, would be right`);
  const speed = parts.includes('speed') ? await measureSpeed(dataset, { rounds, seconds, only: contenders, full, onProgress }) : undefined;
  if (parts.includes('search')) onProgress('a search in one worker and in two');
  const search = parts.includes('search') ? await measureSearch(dataset, { rounds }) : undefined;
  if (parts.includes('start-up')) onProgress('the start of a kernel');
  const startUp = parts.includes('start-up') ? await measureStartUp(rounds) : undefined;
  const scaling = parts.includes('scaling') ? await measureScaling({ dataset, seconds: seconds / 4, onProgress }) : undefined;
  const { engine: _, ...machine } = describeEnvironment('', new Date());
  return { dataset: dataset.name, machine, rounds, speed, search, startUp, scaling };
}
