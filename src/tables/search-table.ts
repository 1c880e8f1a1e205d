import { byParameter } from '../search/narrow';
import { rankByMean } from '../search/seed-statistics';
import type { Trial } from '../search/trial';
import { table, type Table, type TableOptions } from './table';

/** A row of a published table: a value of the parameter, and what was found there. */
export interface ReportedValue {
  readonly x: number;
  readonly value: number;
}

export interface SearchTableOptions extends Pick<TableOptions, 'caption'> {
  /** Default 'lambda'. */
  parameter?: string;
}

/**
 * The values of a search beside those of a published table: its rows first, in its order, each with our value at the parameter
 * nearest to it by ratio; then the rest of ours. Seeds are averaged. Our best row is green, the second and third yellow.
 */
export function searchTable(trials: readonly Trial[], reported: readonly ReportedValue[], { parameter = 'lambda', ...options }: SearchTableOptions = {}): Table {
  const ranked = rankByMean(byParameter(trials, parameter));
  const distance = (a: number, b: number) => Math.abs(Math.log(a / b));
  const nearest = (x: number) => ranked.reduce((best, each) => (distance(each.x, x) < distance(best.x, x) ? each : best));
  const first = reported.map(({ x, value }) => ({ ...nearest(x), report: value }));
  const rest = ranked.filter(({ x }) => !first.some((row) => row.x === x)).sort((a, b) => a.x - b.x).map((row) => ({ ...row, report: null }));
  const rows = [...first, ...rest].map(({ x, report, mean }) => ({ [parameter]: x, report, ours: mean }));
  const colours = ['green', 'yellow', 'yellow'] as const;
  return table(rows, {
    ...options,
    formats: { [parameter]: 'scientific', report: 'percent', ours: 'percent' },
    highlight: (row) => colours[ranked.findIndex(({ x }) => x === row[parameter])],
  });
}
