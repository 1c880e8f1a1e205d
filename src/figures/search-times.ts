import { searchTime, type SearchTimeOptions } from '../search/search-time';
import type { Figure, FigureOptions } from './figure';
import { lines, type Series } from './lines';
import { colourway } from './template';

export interface SearchTimesOptions extends FigureOptions, Partial<Pick<SearchTimeOptions, 'overhead' | 'serial'>> {
  /** Default 1,000. */
  trials?: number;
  /** A curve for each. Default 1, 10 and 100. */
  secondsPerTrial?: readonly number[];
  /** The largest number of workers. Default 1,000. */
  workers?: number;
  /** What was measured, as points: seconds of the whole search. Default none. */
  measured?: readonly { readonly workers: number; readonly seconds: number }[];
}

/** How long a search takes against the number of workers, each on a core of its own, by the model of `searchTime`. */
export function searchTimes({ trials = 1000, secondsPerTrial = [1, 10, 100], workers: most = 1000, measured = [], overhead, serial, ...common }: SearchTimesOptions = {}): Figure {
  const workers = spacedNumbers(most);
  const model = { trials, ...(overhead !== undefined && { overhead }), ...(serial !== undefined && { serial }) };
  const curves = secondsPerTrial.map((seconds): Series => ({
    name: `${seconds} s a trial`, mode: 'lines', x: workers, y: workers.map((count) => searchTime({ ...model, secondsPerTrial: seconds, workers: count })),
  }));
  const points: Series[] = measured.length === 0 ? [] : [{ name: 'measured', mode: 'markers', x: measured.map(({ workers: count }) => count), y: measured.map(({ seconds }) => seconds), colour: colourway[1]! }];
  return lines([...curves, ...points], { title: `${trials.toLocaleString('en-GB')} trials`, xTitle: 'workers', yTitle: 'seconds', xLog: true, yLog: true, ...common });
}

/** Whole numbers from 1 to `most`, all of the small ones, then at equal ratios. */
function spacedNumbers(most: number): number[] {
  const steps = 60;
  return [...new Set(Array.from({ length: steps + 1 }, (_, step) => Math.round(most ** (step / steps))))];
}
