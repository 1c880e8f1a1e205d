import type { Dataset } from '../data/dataset';
import type { Figure } from '../figures/figure';
import { lines, type Series } from '../figures/lines';
import { startAsked } from './asked-process';
import { engineCommand, threadCounts, threadsName } from './contenders';
import type { EngineProcessOptions, WorkDone } from './engine-process';
import { type Experiment, figure4, type Work } from './experiment';
import { spread } from './rounds';
import { secondsOfSearch } from './search-throughput';

/** Seconds at each of several sizes. */
export interface Curve {
  readonly name: string;
  readonly x: readonly number[];
  readonly seconds: readonly number[];
}

/** How time grows with one size, all else as in figure 4. */
export interface Growth {
  readonly title: string;
  /** What grows. */
  readonly x: string;
  /** What takes the time. */
  readonly y: string;
  readonly curves: readonly Curve[];
}

const HIDDEN_UNITS = [50, 100, 200, 500, 1000, 2000, 5000];
const BATCH_SIZES = [10, 20, 50, 100, 200, 500, 1000];
const IMAGES = [500, 1000, 2000, 5000, 10_000];
const TRIALS = [1, 2, 4, 8];

/** Each time is the median of so many. */
const REPEATS = 3;

export interface ScalingOptions {
  readonly dataset: Dataset;
  /** How long each repetition takes, in seconds, about. */
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

/** How the time of an update, of a measurement and of a search grows, on the default engine. */
export async function measureScaling(options: ScalingOptions): Promise<Growth[]> {
  const updates = (units: number): Work => ({ updates: units, measurements: 0 });
  const measurements = (units: number): Work => ({ updates: 0, measurements: units });
  return [
    await growth(options, { title: 'Time of an update by hidden units', x: 'hidden units', y: 'seconds an update', sizes: HIDDEN_UNITS, settings: (units) => ({ layers: [3072, units, 10] }), work: updates }),
    await growth(options, { title: 'Time of an update by batch size', x: 'images in a mini-batch', y: 'seconds an update', sizes: BATCH_SIZES, settings: (batchSize) => ({ batchSize }), work: updates }),
    await growth(options, { title: 'Time of a measurement by images', x: 'images of each part', y: 'seconds a measurement', sizes: IMAGES, settings: (images) => ({ images }), work: measurements }),
    await searches(options),
  ];
}

interface Sizes extends Pick<Growth, 'title' | 'x' | 'y'> {
  readonly sizes: readonly number[];
  readonly settings: (size: number) => Partial<Experiment> & Pick<EngineProcessOptions, 'images'>;
  readonly work: (units: number) => Work;
}

async function growth({ dataset, seconds, onProgress }: ScalingOptions, { title, x, y, sizes, settings, work }: Sizes): Promise<Growth> {
  const curves: Curve[] = [];
  for (const threads of threadCounts()) {
    const times: number[] = [];
    for (const size of sizes) {
      onProgress(`${title}: ${size}, ${threadsName(threads)}`);
      times.push(await secondsOfOne(engineCommand(dataset, { ...figure4, ...settings(size), engine: 'onnx', threads }), work, seconds));
    }
    curves.push({ name: `onnx, ${threadsName(threads)}`, x: sizes, seconds: times });
  }
  return { title, x, y, curves };
}

/** Seconds of one unit of work in a process of its own: the median of repetitions, after one that warms up. */
async function secondsOfOne(command: Parameters<typeof startAsked>[0], work: (units: number) => Work, seconds: number): Promise<number> {
  const process = await startAsked(command);
  const time = async (units: number) => {
    const { updates, measurements } = work(units);
    return (await process.ask<WorkDone>(`${updates} ${measurements}`)).seconds / units;
  };
  try {
    await time(1);
    const units = Math.max(1, Math.round(seconds / (await time(3))));
    const times: number[] = [];
    while (times.length < REPEATS) times.push(await time(units));
    return spread(times).median;
  } finally {
    await process.close();
  }
}

async function searches({ dataset, onProgress }: ScalingOptions): Promise<Growth> {
  const curves: Curve[] = [];
  for (const workers of [1, 2]) {
    const seconds: number[] = [];
    for (const trials of TRIALS) {
      onProgress(`a search of ${trials} trials, workers: ${workers}`);
      seconds.push(await secondsOfSearch(dataset, { trials, workers, updates: 500 }));
    }
    curves.push({ name: `${workers} ${workers === 1 ? 'worker' : 'workers'}`, x: TRIALS, seconds });
  }
  return { title: 'Time of a search by trials', x: 'trials of 500 updates', y: 'seconds', curves };
}

/** A growth on logarithmic axes, with the line of time in proportion to the size. */
export function growthFigure({ title, x: xTitle, y: yTitle, curves }: Growth): Figure {
  const measured = curves.map(({ name, x, seconds }): Series => ({ name, x, y: seconds, mode: 'lines+markers' }));
  const [{ x, seconds }] = curves;
  const last = x.length - 1;
  const proportional: Series = { name: 'in proportion', x, y: x.map((size) => (seconds[last] * size) / x[last]), mode: 'lines', dash: 'dot', colour: '#8c959f' };
  return lines([...measured, proportional], { title, xTitle, yTitle, xLog: true, yLog: true });
}
