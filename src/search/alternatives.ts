import type { RunSettingsInput } from '../runs/settings';
import type { SearchOptions } from './plan';
import { list } from './space';
import type { Trial } from './trial';

/** Settings by name, to be compared: `{ 'no dropout': { … }, 'dropout 0.3': { … } }`. */
export type Alternatives = Readonly<Record<string, RunSettingsInput>>;

/** The space and the settings of a search that tries each alternative: its one parameter, `alternative`, is the place among the names. */
export function among(alternatives: Alternatives): Pick<SearchOptions, 'space' | 'settings'> {
  const settings = Object.values(alternatives);
  if (settings.length === 0) throw new RangeError('alternatives is empty; settings under one name or more would be right');
  return { space: { alternative: list(settings.map((_, index) => index)) }, settings: ({ alternative }) => settings[alternative] };
}

/** What the seeds gave with one alternative. */
export interface AlternativeSummary {
  readonly name: string;
  /** The values sought of the complete trials, by default validation accuracies. */
  readonly values: readonly number[];
  /** Of the values; NaN if there are none. */
  readonly mean: number;
  /** Updates of a run. */
  readonly updates: number;
  /** Wall time of a run, on average, as it was trained. */
  readonly seconds: number;
}

/** The complete trials of a search `among` alternatives, summed up for each name in the order of the names. */
export function summarise(trials: readonly Trial[], alternatives: Alternatives): AlternativeSummary[] {
  return Object.keys(alternatives).map((name, index) => {
    const own = trials.filter(({ parameters, state }) => parameters.alternative === index && state === 'complete');
    const values = own.flatMap(({ value }) => (value === null ? [] : [value]));
    const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    return { name, values, mean: mean(values), updates: alternatives[name].updates, seconds: mean(own.map(({ seconds }) => seconds)) };
  });
}
