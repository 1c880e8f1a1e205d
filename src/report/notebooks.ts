import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A notebook of the project. */
export interface NotebookFile {
  /** Its file name less the number and the ending: 'figure-3'. */
  readonly name: string;
  /** '02-figure-3' */
  readonly stem: string;
  readonly path: string;
}

/** The report's own notebooks are numbered below this; those from it on go beyond the report. */
const BEYOND = 7;

/** The notebooks of a folder in the order of their numbers, such as 02-figure-3.ipynb. */
export function listNotebooks(folder: string): NotebookFile[] {
  return readdirSync(folder)
    .filter((file) => /^\d\d-.+\.ipynb$/.test(file))
    .sort()
    .map((file) => ({ name: file.slice(3, -'.ipynb'.length), stem: file.slice(0, -'.ipynb'.length), path: join(folder, file) }));
}

export interface Selection {
  /** Names of notebooks, with or without the number. Default: all of the report's. */
  readonly only?: readonly string[];
  /** Also those that go beyond the report. Default false. */
  readonly all?: boolean;
}

/**
 * The notebooks to execute.
 *
 * @throws Error for a name that no notebook has, naming those that there are
 */
export function selectNotebooks(notebooks: readonly NotebookFile[], { only = [], all = false }: Selection): NotebookFile[] {
  if (only.length === 0) return notebooks.filter(({ stem }) => all || Number(stem.slice(0, 2)) < BEYOND);
  const matches = (wanted: string) => (notebook: NotebookFile) => notebook.name === wanted || notebook.stem === wanted;
  const unknown = only.find((wanted) => !notebooks.some(matches(wanted)));
  if (unknown !== undefined) throw new Error(`there is no notebook '${unknown}': the notebooks are ${notebooks.map(({ name }) => name).join(', ')}`);
  return notebooks.filter((notebook) => only.some((wanted) => matches(wanted)(notebook)));
}
