import type { Converter, Diagnostic } from 'tslab/dist/converter';
import { endsWithAssignment, letVariables } from './cell-syntax';
import { sharingCode } from './shared-variables';
import { createConverter, currentCell } from './tslab';

/** tslab's converter of cells from TypeScript to JavaScript, which here says what it found and forgets nothing. */
export interface CellConverter extends Converter {
  /** What TypeScript had to say of the last cell. */
  readonly diagnostics: readonly Diagnostic[];
  /** Says that `source` is the cell of run `count`, before it is converted. */
  startCell(count: number, source: string): void;
}

/** The converter for a notebook in the process's working directory. Once per process. About 0.8 s. */
export function createCellConverter(): CellConverter {
  const converter = createConverter({});
  let diagnostics: readonly Diagnostic[] = [];
  /** The declarations of all cells that have run, also of those that failed on the way. */
  let declarations = '';
  return {
    get diagnostics() {
      return diagnostics;
    },
    startCell(count, source) {
      Object.assign(currentCell, { count, source });
      diagnostics = [];
    },
    convert(_declarations, source) {
      // The executor forgets what a failed cell declared; but what it had computed until then is there and wanted.
      const result = converter.convert(declarations, source);
      diagnostics = result.diagnostics;
      if (diagnostics.length > 0) return result;
      declarations = result.declOutput ?? '';
      // Every cell is an async function: tslab overlooks `for await` at the top level.
      // And an assignment is done for its effect: its value is not shown, as in Python.
      const lastExpressionVar = endsWithAssignment(source) ? undefined : result.lastExpressionVar;
      const output = result.output && sharingCode(letVariables(source)) + result.output;
      return { ...result, output, lastExpressionVar, hasToplevelAwait: true };
    },
    addModule(name, source, metadata) {
      diagnostics = converter.addModule(name, source, metadata);
      return [...diagnostics];
    },
    inspect: (_declarations, source, position) => converter.inspect(declarations, source, position),
    complete: (_declarations, source, position) => converter.complete(declarations, source, position),
    close: () => converter.close(),
  };
}
