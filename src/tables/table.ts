/** What a cell holds; null is shown as a dash. */
export type Cell = string | number | boolean | null;

/** A row by column name. Columns that it lacks are null. */
export type Row = Readonly<Record<string, Cell | undefined>>;

export type RowColour = 'green' | 'yellow' | 'red' | 'grey';

/** How numbers of a column are written: a name, a number of decimals, or a function of the cell. */
export type Format = 'percent' | 'scientific' | 'integer' | 'plain' | number | ((cell: Cell) => string);

/** A table, as plain data. */
export interface Table {
  /** Names, in order of display. */
  readonly columns: readonly string[];
  /** [rows][columns]: the values. */
  readonly rows: readonly (readonly Cell[])[];
  /** [rows][columns]: the values as they are written. */
  readonly text: readonly (readonly string[])[];
  /** Numbers stand at the right, all else at the left. */
  readonly align: readonly ('left' | 'right')[];
  /** [rows] */
  readonly colours: readonly (RowColour | null)[];
  readonly caption: string;
}

export interface TableOptions {
  /** Above the table. Default none. */
  caption?: string;
  /** Which columns, in which order. Default: all, as they first appear in the rows. */
  columns?: readonly string[];
  /** By column. Default 'plain': integers as they are, other numbers with four significant digits. */
  formats?: Readonly<Record<string, Format>>;
  /** The colour of each row, or a function that says it. Green rows are also bold, for those who do not see colours. Default none. */
  highlight?: readonly (RowColour | null | undefined)[] | ((row: Row, index: number) => RowColour | null | undefined);
  /** Say SYNTHETIC DATA in the caption. Default false. */
  synthetic?: boolean;
}

/**
 * A table of rows.
 *
 * Throws a RangeError if `columns` or `formats` name a column that no row has, or `highlight` is a list not as long as the rows.
 */
export function table(rows: readonly Row[], options: TableOptions = {}): Table {
  const { caption = '', formats = {}, highlight = [], synthetic = false } = options;
  const known = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = options.columns ?? known;
  for (const name of [...columns, ...Object.keys(formats)]) {
    if (rows.length > 0 && !known.includes(name)) throw new RangeError(`table: no row has a column "${name}"; there are ${known.map((k) => `"${k}"`).join(', ')}`);
  }
  if (typeof highlight !== 'function' && highlight.length > 0 && highlight.length !== rows.length) {
    throw new RangeError(`table: ${highlight.length} colours for ${rows.length} rows; they must be as many`);
  }
  const cells = rows.map((row) => columns.map((name) => row[name] ?? null));
  const built: Table = {
    columns: [...columns],
    rows: cells,
    text: cells.map((row) => row.map((cell, i) => written(cell, formats[columns[i]!] ?? 'plain'))),
    align: columns.map((_, i) => (cells.some((row) => typeof row[i] === 'string') ? 'left' : 'right')),
    colours: rows.map((row, i) => (typeof highlight === 'function' ? highlight(row, i) : highlight[i]) ?? null),
    caption,
  };
  return synthetic ? markSyntheticTable(built) : built;
}

const syntheticMark = 'SYNTHETIC DATA';

/** The table with SYNTHETIC DATA in its caption; the same table if it says so already. */
export function markSyntheticTable(table: Table): Table {
  if (table.caption.includes(syntheticMark)) return table;
  return { ...table, caption: [table.caption, syntheticMark].filter(Boolean).join(' · ') };
}

/** One of the report's results and ours. */
export interface Comparison {
  quantity: string;
  report: Cell;
  ours: Cell;
  note?: string;
}

/** The report's results beside ours: quantity, report, ours, and notes where there are any. Formats go by quantity's row: `format` for all numbers. */
export function comparison(rows: readonly Comparison[], { format = 'plain', ...options }: Omit<TableOptions, 'columns' | 'formats'> & { format?: Format } = {}): Table {
  const noted = rows.some(({ note }) => note !== undefined);
  return table(rows.map(({ quantity, report, ours, note }) => ({ quantity, report, ours, ...(noted ? { note: note ?? '' } : {}) })), {
    ...options, formats: rows.length === 0 ? {} : { report: format, ours: format },
  });
}

/** Writes one cell. */
export function written(cell: Cell, format: Format): string {
  if (typeof format === 'function') return format(cell);
  if (cell === null) return '–';
  if (typeof cell !== 'number') return String(cell);
  if (!Number.isFinite(cell)) return String(cell);
  if (typeof format === 'number') return cell.toFixed(format);
  switch (format) {
    case 'percent': return `${(100 * cell).toFixed(2)} %`;
    case 'scientific': return cell.toExponential(2);
    case 'integer': return Math.round(cell).toLocaleString('en-GB');
    case 'plain': return Number.isInteger(cell) ? String(cell) : plain(cell);
  }
}

function plain(value: number): string {
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(3).replace(/\.?0+e/, 'e');
}
