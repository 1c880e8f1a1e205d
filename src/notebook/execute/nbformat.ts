import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { kernelspecMetadata, languageInfo } from '../kernel/language-info';

/*
 * Notebooks as Jupyter's nbformat 4.5 has them: https://nbformat.readthedocs.io/en/latest/format_description.html
 * In memory texts are strings; in files, lists of lines.
 */

/** Content by MIME type: text and base64 as strings, JSON types as values. */
export type MimeBundle = Record<string, unknown>;

export type Output =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { output_type: 'display_data'; data: MimeBundle; metadata: Record<string, unknown> }
  | { output_type: 'execute_result'; data: MimeBundle; metadata: Record<string, unknown>; execution_count: number | null }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

interface AnyCell {
  /** 1 to 64 letters, digits, - and _; unique in the notebook. */
  id: string;
  metadata: Record<string, unknown>;
  source: string;
  attachments?: Record<string, MimeBundle>;
}

export interface CodeCell extends AnyCell {
  cell_type: 'code';
  execution_count: number | null;
  outputs: Output[];
}

export interface TextCell extends AnyCell {
  cell_type: 'markdown' | 'raw';
}

export type Cell = CodeCell | TextCell;

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: 4;
  nbformat_minor: number;
}

/** The tags of a cell, as set in Jupyter's cell metadata. */
export function tagsOf(cell: Cell): readonly string[] {
  const { tags } = cell.metadata;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

/** A code cell that was not run yet. */
export function codeCell(source: string, { id, tags }: { id: string; tags?: readonly string[] }): CodeCell {
  const metadata = tags === undefined ? {} : { tags: [...tags] };
  return { cell_type: 'code', id, metadata, source, execution_count: null, outputs: [] };
}

/** A Markdown cell. */
export function markdownCell(source: string, { id }: { id: string }): TextCell {
  return { cell_type: 'markdown', id, metadata: {}, source };
}

/** A notebook of these cells for the project's kernel. */
export function newNotebook(cells: Cell[]): Notebook {
  const metadata = { kernelspec: { ...kernelspecMetadata }, language_info: { ...languageInfo } };
  return { cells, metadata, nbformat: 4, nbformat_minor: 5 };
}

/**
 * Reads the text of a notebook file of nbformat 4; cells of versions before 4.5 get ids, the same at every reading.
 * Throws an Error that names `name` and what is wrong for anything else.
 */
export function parseNotebook(text: string, name = 'notebook'): Notebook {
  let raw: RawNotebook;
  try {
    raw = JSON.parse(text) as RawNotebook;
  } catch (error) {
    throw new Error(`${name} is not a notebook: ${(error as Error).message}`, { cause: error });
  }
  if (raw?.nbformat !== 4 || !Array.isArray(raw.cells)) {
    throw new Error(`${name} is not a notebook of nbformat 4: its nbformat is ${JSON.stringify(raw?.nbformat)}`);
  }
  const taken = new Set(raw.cells.map((cell) => cell.id));
  const cells = raw.cells.map((cell, i) => parseCell(cell, cell.id ?? freeId(`cell-${i + 1}`, taken), `${name}, cell ${i + 1}`));
  return { cells, metadata: raw.metadata ?? {}, nbformat: 4, nbformat_minor: Math.max(5, raw.nbformat_minor ?? 0) };
}

type Text = string | string[];

interface RawOutput {
  output_type: string;
  text?: Text;
  data?: Record<string, unknown>;
}

interface RawCell {
  id?: string;
  cell_type: string;
  source: Text;
  metadata?: Record<string, unknown>;
  execution_count?: number | null;
  outputs?: RawOutput[];
}

interface RawNotebook {
  nbformat?: number;
  nbformat_minor?: number;
  metadata?: Record<string, unknown>;
  cells: RawCell[];
}

const join = (text: Text) => (Array.isArray(text) ? text.join('') : text);

function parseCell(raw: RawCell, id: string, name: string): Cell {
  const common = { ...raw, id, metadata: raw.metadata ?? {}, source: join(raw.source ?? '') };
  switch (raw.cell_type) {
    case 'code':
      return { ...common, cell_type: 'code', execution_count: raw.execution_count ?? null, outputs: (raw.outputs ?? []).map(parseOutput) };
    case 'markdown':
    case 'raw':
      return { ...common, cell_type: raw.cell_type } as TextCell;
    default:
      throw new Error(`${name}: its cell_type is ${JSON.stringify(raw.cell_type)}; code, markdown or raw would be right`);
  }
}

function parseOutput(raw: RawOutput): Output {
  if (raw.text !== undefined) return { ...raw, text: join(raw.text) } as Output;
  if (raw.data === undefined) return raw as unknown as Output;
  const isLines = (value: unknown): value is string[] => Array.isArray(value) && value.every((line) => typeof line === 'string');
  const data = Object.entries(raw.data).map(([type, value]) => [type, !isJson(type) && isLines(value) ? value.join('') : value]);
  return { ...raw, data: Object.fromEntries(data) } as unknown as Output;
}

const isJson = (type: string) => /^application\/(.*\+)?json$/.test(type);

function freeId(wanted: string, taken: Set<string | undefined>): string {
  let id = wanted;
  for (let i = 2; taken.has(id); i++) id = `${wanted}-${i}`;
  taken.add(id);
  return id;
}

/** The text of a notebook file, to the byte as Jupyter writes it: sorted keys, an indent of one, a newline at the end. */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: lines(cell.source),
    ...(cell.cell_type === 'code' ? { outputs: cell.outputs.map(formatOutput) } : {}),
  }));
  return `${JSON.stringify(sortKeys({ ...notebook, cells }), null, 1)}\n`;
}

/** The lines of a text, each with its newline. */
const lines = (text: string) => text.split(/(?<=\n)/).filter((line) => line !== '');

function formatOutput(output: Output): object {
  if (output.output_type === 'stream') return { ...output, text: lines(output.text) };
  if (output.output_type === 'error') return output;
  const isText = (type: string) => type.startsWith('text/') || type === 'application/javascript' || type === 'image/svg+xml';
  const data = Object.entries(output.data).map(([type, value]) => [type, isText(type) && typeof value === 'string' ? lines(value) : value]);
  return { ...output, data: Object.fromEntries(data) };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sortKeys(inner)]));
}

/** Reads a notebook file. Errors as `parseNotebook`, naming the file. */
export async function readNotebook(file: string): Promise<Notebook> {
  return parseNotebook(await readFile(file, 'utf8'), file);
}

/** Writes a notebook file, whole or not at all. */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  await writeFileAtomic(file, formatNotebook(notebook));
}
