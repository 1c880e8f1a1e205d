import type * as TypeScript from 'typescript';
import { codeCell, tagsOf, type CodeCell, type Notebook } from './nbformat';

/** Values by the name of the variable that they override. Anything that JSON can hold. */
export type Parameters = Readonly<Record<string, unknown>>;

const parametersTag = 'parameters';
const injectedTag = 'injected-parameters';

/** One variable of a notebook's cell tagged `parameters`. */
export interface Parameter {
  readonly name: string;
  /** The TypeScript of its default value. */
  readonly defaultValue: string;
}

/**
 * Reads `KEY=VALUE` as on a command line: VALUE is JSON if it can be read as such, else it is itself a string.
 * Throws an Error for a text without `=` or whose KEY is no name of a variable.
 */
export function parseSetting(text: string): { key: string; value: unknown } {
  const parts = /^([A-Za-z_$][\w$]*)=(.*)$/s.exec(text);
  if (parts === null) throw new Error(`${JSON.stringify(text)} is no setting; KEY=VALUE would be right, as in quick=true`);
  const [, key, value] = parts as unknown as [string, string, string];
  try {
    return { key, value: JSON.parse(value) as unknown };
  } catch {
    return { key, value };
  }
}

function parametersCell(notebook: Notebook): CodeCell | undefined {
  return notebook.cells.find((cell) => cell.cell_type === 'code' && tagsOf(cell).includes(parametersTag)) as CodeCell | undefined;
}

/** The parameters of a notebook: the variables that its cell tagged `parameters` declares with `let`; none without one. */
export function notebookParameters(notebook: Notebook): Parameter[] {
  return declarations(parametersCell(notebook)?.source ?? '').filter(({ isLet }) => isLet);
}

function declarations(source: string): (Parameter & { isLet: boolean })[] {
  // The compiler is large: only loaded when a notebook has parameters to override.
  const ts = require('typescript') as typeof TypeScript;
  const file = ts.createSourceFile('parameters.ts', source, ts.ScriptTarget.ES2022, true);
  return file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList: { declarations: list, flags } }) =>
    list.filter(({ name }) => ts.isIdentifier(name)).map(({ name, initializer }) => ({
      name: name.getText(file),
      defaultValue: initializer?.getText(file) ?? 'undefined',
      isLet: (flags & ts.NodeFlags.Const) === 0,
    })));
}

/**
 * The notebook with a cell after the one tagged `parameters` that assigns `parameters` to its variables; TypeScript
 * checks their types when it runs. A cell injected before is replaced. Without parameters, the notebook itself.
 *
 * Throws an Error for a key that is no parameter of the notebook, naming those that are.
 */
export function injectParameters(notebook: Notebook, parameters: Parameters): Notebook {
  const given = Object.entries(parameters);
  if (given.length === 0) return notebook;
  const cell = parametersCell(notebook);
  if (cell === undefined) {
    throw new Error(`the notebook has no cell tagged "${parametersTag}", so ${given[0]![0]} cannot be set`);
  }
  const declared = declarations(cell.source);
  for (const [key] of given) {
    const known = declared.find(({ name }) => name === key);
    const names = declared.filter(({ isLet }) => isLet).map(({ name }) => name).join(', ') || 'none';
    if (known === undefined) throw new Error(`the notebook has no parameter "${key}"; it has: ${names}`);
    if (!known.isLet) throw new Error(`"${key}" is a const of the notebook, which cannot be set; its parameters are: ${names}`);
  }
  const source = given.map(([key, value]) => `${key} = ${JSON.stringify(value)};`).join('\n');
  const cells = notebook.cells.filter((each) => !tagsOf(each).includes(injectedTag));
  const injected = codeCell(source, { id: freeId(injectedTag, cells.map(({ id }) => id)), tags: [injectedTag] });
  cells.splice(cells.indexOf(cell) + 1, 0, injected);
  return { ...notebook, cells };
}

function freeId(wanted: string, taken: readonly string[]): string {
  let id = wanted;
  for (let i = 2; taken.includes(id); i++) id = `${wanted}-${i}`;
  return id;
}
