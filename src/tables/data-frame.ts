import type { DataFrame } from 'danfojs-node';
import { table, type Cell, type Row, type Table, type TableOptions } from './table';

/** The values as a Danfo data frame, for sorting, grouping, describing. The first call loads Danfo, which takes a second. */
export function toDataFrame({ columns, rows }: Table): DataFrame {
  const danfo = require('danfojs-node') as typeof import('danfojs-node');
  return new danfo.DataFrame(rows.map((row) => [...row]), { columns: [...columns] });
}

/** What of a Danfo data frame is needed to show it. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

/** A Danfo data frame as a table, such as the result of `df.groupby(['lambda']).col(['accuracy']).mean()`. */
export function fromDataFrame(frame: FrameLike, options: TableOptions = {}): Table {
  const rows = (frame.values as readonly (readonly unknown[])[]).map((values): Row =>
    Object.fromEntries(frame.columns.map((name, i) => [name, cellOf(values[i])])));
  return table(rows, { columns: frame.columns, ...options });
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null || Number.isNaN(value)) return null;
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}
