import { table, type Cell, type Row, type Table, type TableOptions } from './table';

/** What of a Danfo data frame is needed to show it. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

/**
 * A Danfo data frame, as far as it is described here: the object is Danfo's own and has all its methods; cast it to the
 * `DataFrame` of 'danfojs-node' to use the others. (Danfo's own types would cost every notebook a second of type checking.)
 */
export interface DataFrame extends FrameLike {
  readonly shape: number[];
  readonly dtypes: string[];
  head(rows?: number): DataFrame;
  tail(rows?: number): DataFrame;
  sortValues(by: string, options?: { ascending?: boolean }): DataFrame;
  describe(): DataFrame;
  print(): void;
}

/** The values as a Danfo data frame, for sorting, grouping, describing. The first call loads Danfo, which takes a second. */
export function toDataFrame({ columns, rows }: Table): DataFrame {
  const danfo = require('danfojs-node') as typeof import('danfojs-node');
  return new danfo.DataFrame(rows.map((row) => [...row]), { columns: [...columns] }) as unknown as DataFrame;
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
