import { etaRangeOf } from '../describe-settings';
import type { Job, RunRow } from '../messages';
import type { RunSettings } from '../../runs/settings';
import type { Brush, Sort, State } from './state';

/** A parameter of runs, as a number; an axis of the parallel coordinates. */
export interface Dimension {
  readonly key: string;
  readonly label: string;
  readonly logarithmic: boolean;
  readonly of: (settings: RunSettings) => number;
}

const dimensions: readonly Dimension[] = [
  { key: 'hidden', label: 'hidden', logarithmic: false, of: ({ layers }) => layers.slice(1, -1).reduce((a, b) => a + b, 0) },
  { key: 'etaMax', label: 'η max', logarithmic: true, of: (settings) => etaRangeOf(settings).etaMax },
  { key: 'etaMin', label: 'η min', logarithmic: true, of: (settings) => etaRangeOf(settings).etaMin },
  { key: 'updates', label: 'updates', logarithmic: true, of: ({ updates }) => updates },
  { key: 'batchSize', label: 'batch', logarithmic: true, of: ({ batchSize }) => batchSize },
  { key: 'images', label: 'images', logarithmic: true, of: ({ take = 0, split }) => take || (split.train === 'all' ? 50_000 : 10_000 * split.train.length) },
  { key: 'lambda', label: 'λ', logarithmic: true, of: ({ lambda }) => lambda },
  { key: 'seed', label: 'seed', logarithmic: false, of: ({ seed }) => seed },
];

/** A run, or a trial on its way, as a line of the parallel coordinates. */
export interface Line {
  /** Key, or 'JOB.NUMBER'. */
  readonly id: string;
  readonly settings: RunSettings;
  /** Validation accuracy. */
  readonly value: number;
}

/** An axis with the places of all lines on it. */
export interface LineAxis {
  readonly key: string;
  readonly label: string;
  /** 0 … 1 for each line. */
  readonly places: readonly number[];
  /** Values at places, for the labels. */
  readonly ticks: readonly { readonly at: number; readonly value: number }[];
  readonly percent: boolean;
}

/** The runs of the data set in use with a value, and the trials that have none in the store yet. */
export function linesOf(runs: readonly RunRow[], jobs: readonly Job[]): Line[] {
  const stored = runs.flatMap(({ key, settings, validationAccuracy, sameData }): Line[] => (validationAccuracy === null || !sameData ? [] : [{ id: key, settings, value: validationAccuracy }]));
  const keys = new Set(stored.map(({ id }) => id));
  const trials = jobs.flatMap(({ id, settings, trials: each = [] }) => each.flatMap(({ number, parameters, value, key }): Line[] =>
    (value === null || (key !== null && keys.has(key)) ? [] : [{ id: `${id}.${number}`, settings: { ...settings, lambda: parameters.lambda }, value }])));
  return [...stored, ...trials];
}

/** The axes of the parameters in which the lines differ (λ always), and last the validation accuracy. */
export function axesOf(lines: readonly Line[]): LineAxis[] {
  const varying = dimensions.filter(({ key, of }) => key === 'lambda' || new Set(lines.map(({ settings }) => of(settings))).size > 1);
  return [
    ...varying.map(({ key, label, logarithmic, of }) => axisOf(key, label, lines.map(({ settings }) => of(settings)), logarithmic, false)),
    axisOf('value', 'val. acc.', lines.map(({ value }) => value), false, true),
  ];
}

function axisOf(key: string, label: string, values: readonly number[], logarithmic: boolean, percent: boolean): LineAxis {
  const positive = values.filter((value) => value > 0);
  const least = positive.length === 0 ? 1 : Math.min(...positive);
  // A logarithmic axis has 0 half a decade below its least value.
  const scale = (value: number) => (logarithmic ? Math.log10(value > 0 ? value : least / 3) : value);
  const unscale = (place: number) => (logarithmic ? 10 ** place : place);
  const scaled = values.map(scale);
  const [low, high] = scaled.length === 0 ? [0, 1] : [Math.min(...scaled), Math.max(...scaled)];
  const hasZero = logarithmic && positive.length < values.length;
  return {
    key, label, percent,
    places: scaled.map((value) => (high === low ? 0.5 : (value - low) / (high - low))),
    ticks: high === low
      ? [{ at: 0.5, value: values[0] ?? 0 }]
      : [0, 0.5, 1].map((at) => ({ at, value: at === 0 && hasZero ? 0 : unscale(low + at * (high - low)) })),
  };
}

/** For each line whether it lies within all brushes. */
export function withinBrushes(axes: readonly LineAxis[], count: number, brushes: Readonly<Record<string, Brush>>): boolean[] {
  return Array.from({ length: count }, (_, line) => axes.every(({ key, places }) => {
    const brush = brushes[key];
    return brush === undefined || (places[line]! >= brush[0] - 1e-9 && places[line]! <= brush[1] + 1e-9);
  }));
}

/** The ids of the best `percent` per cent of the lines, at least one; the larger the better. */
export function topLines(lines: readonly Line[], percent: number): ReadonlySet<string> {
  const count = Math.max(1, Math.round((lines.length * percent) / 100));
  return new Set([...lines].sort((a, b) => b.value - a.value).slice(0, count).map(({ id }) => id));
}

/** The runs in the order of a column. What has no value comes last either way. */
export function sortedRuns(runs: readonly RunRow[], { column, descending }: Sort): RunRow[] {
  const sign = descending ? -1 : 1;
  return [...runs].sort((a, b) => {
    const [x, y] = [cell(a, column), cell(b, column)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return sign * (typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y));
  });
}

function cell(run: RunRow, column: Sort['column']): number | string | null {
  const { settings } = run;
  switch (column) {
    case 'lambda':
    case 'updates':
      return settings[column];
    case 'etaMax':
      return dimensions[1]!.of(settings);
    case 'layers':
      return dimensions[0]!.of(settings);
    default:
      return run[column];
  }
}

/** The runs that the brushes leave. */
export function visibleRuns({ runs, jobs, brushes }: Pick<State, 'runs' | 'jobs' | 'brushes'>): readonly RunRow[] {
  if (Object.keys(brushes).length === 0) return runs;
  const lines = linesOf(runs, jobs);
  const within = withinBrushes(axesOf(lines), lines.length, brushes);
  const ids = new Set(lines.filter((_, index) => within[index]).map(({ id }) => id));
  return runs.filter(({ key }) => ids.has(key));
}
