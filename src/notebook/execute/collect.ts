import type { CellOutput } from '../kernel/cell-output';
import { resultMimeType } from '../result-mime-type';
import type { CodeCell, MimeBundle, Notebook, Output } from './nbformat';

type Display = Extract<Output, { output_type: 'display_data' }>;

/** Puts the outputs of running cells into a notebook, as nbclient and Jupyter's front ends do. */
export class OutputStore {
  /** All displays of a display id, in whatever cells they are: an update changes each. */
  readonly #displays = new Map<string, Display[]>();

  add(cell: CodeCell, output: CellOutput): void {
    switch (output.type) {
      case 'stream': {
        const last = cell.outputs.at(-1);
        if (last?.output_type === 'stream' && last.name === output.name) last.text += output.text;
        else cell.outputs.push({ output_type: 'stream', name: output.name, text: output.text });
        return;
      }
      case 'result': {
        const { data, metadata } = output;
        cell.outputs.push({ output_type: 'execute_result', data, metadata, execution_count: cell.execution_count });
        return;
      }
      case 'display': {
        const { data, metadata, displayId, update } = output;
        const same = displayId === undefined ? [] : (this.#displays.get(displayId) ?? []);
        for (const display of same) Object.assign(display, { data, metadata });
        if (update) return;
        const display: Display = { output_type: 'display_data', data, metadata };
        cell.outputs.push(display);
        if (displayId !== undefined) this.#displays.set(displayId, [...same, display]);
      }
    }
  }
}

/** All that a notebook's cells state as results, later ones over earlier ones of the same key. */
export function collectResults(notebook: Notebook): Record<string, unknown> {
  const bundles = notebook.cells.flatMap((cell) => (cell.cell_type === 'code' ? cell.outputs : []))
    .flatMap((output): MimeBundle[] => ('data' in output ? [output.data] : []));
  return Object.assign({}, ...bundles.map((bundle) => bundle[resultMimeType]).filter((result) => result !== undefined));
}
