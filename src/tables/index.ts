export { fromDataFrame, toDataFrame, type DataFrame, type FrameLike } from './data-frame';
export { escapeHtml, toCsv, toHtml, toText } from './formats';
export { searchTable, type ReportedValue, type SearchTableOptions } from './search-table';
export { comparison, markSyntheticTable, table, written, type Cell, type Comparison, type Format, type Row, type RowColour, type Table, type TableOptions } from './table';
