import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Dataset } from '../data/dataset';
import type { Engine } from '../engine/engine';
import { type CellEvent, executeNotebook, type ExecutedNotebook } from '../notebook/execute/execute';
import { type Notebook, readNotebook, writeNotebook } from '../notebook/execute/nbformat';
import { notebookParameters, type Parameters } from '../notebook/execute/parameters';
import { listNotebooks, type NotebookFile, selectNotebooks, type Selection } from './notebooks';
import { reportPage } from './page';
import type { ReportedNotebook } from './reported-notebook';
import { environmentOf, type ReportResults } from './results';

export interface ReportOptions extends Selection {
  /** Where the notebooks lie. */
  readonly notebooks: string;
  /** Where executed copies, index.html and results.json go; what an earlier report left there is replaced. */
  readonly output: string;
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** Environment variables for the notebooks. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Values for the notebooks' parameters; each goes to all notebooks that have it. */
  readonly parameters?: Parameters;
  readonly signal?: AbortSignal;
  readonly onNotebook?: (event: NotebookEvent) => void;
}

/** Told as a notebook begins, with each of its cells, and as it ends. */
export type NotebookEvent =
  | { readonly type: 'started'; readonly notebook: NotebookFile; readonly number: number; readonly total: number }
  | { readonly type: 'cell'; readonly notebook: NotebookFile; readonly event: CellEvent }
  | { readonly type: 'ended'; readonly notebook: NotebookFile; readonly executed: ExecutedNotebook };

/**
 * Executes notebooks through the project's kernel and writes their executed copies, one page of them all, and their results.
 * A failing cell ends its notebook; the others still run.
 *
 * @throws Error before anything runs for an unknown notebook, or a parameter that none of them has
 */
export async function makeReport(options: ReportOptions): Promise<ReportResults> {
  const { output, parameters = {}, environment, signal, onNotebook } = options;
  const files = selectNotebooks(listNotebooks(options.notebooks), options);
  const notebooks = await Promise.all(files.map(async (file) => ({ file, notebook: await readNotebook(file.path) })));
  requireKnown(parameters, notebooks);
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  const reported: ReportedNotebook[] = [];
  for (const [index, { file, notebook }] of notebooks.entries()) {
    onNotebook?.({ type: 'started', notebook: file, number: index + 1, total: files.length });
    const executed = await executeNotebook(notebook, {
      parameters: parametersFor(notebook, parameters),
      cwd: options.notebooks,
      environment,
      signal,
      onCell: (event) => onNotebook?.({ type: 'cell', notebook: file, event }),
    });
    await writeNotebook(join(output, `${file.stem}.ipynb`), executed.notebook);
    reported.push({ file, executed });
    onNotebook?.({ type: 'ended', notebook: file, executed });
    if (signal?.aborted) break;
  }
  const results: ReportResults = {
    ...environmentOf(options.dataset, options.engine),
    parameters,
    notebooks: Object.fromEntries(reported.map(({ file, executed }) => [file.name, entryOf(executed)])),
  };
  await writeFileAtomic(join(output, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeFileAtomic(join(output, 'index.html'), reportPage(reported, results));
  return results;
}

function entryOf({ status, seconds, results, error }: ExecutedNotebook): ReportResults['notebooks'][string] {
  return { status, seconds: Math.round(seconds * 100) / 100, results, ...(error && { error: `${error.ename}: ${error.evalue}` }) };
}

function parametersFor(notebook: Notebook, parameters: Parameters): Parameters {
  const names = new Set(notebookParameters(notebook).map(({ name }) => name));
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => names.has(name)));
}

function requireKnown(parameters: Parameters, notebooks: readonly { readonly notebook: Notebook }[]): void {
  const known = [...new Set(notebooks.flatMap(({ notebook }) => notebookParameters(notebook).map(({ name }) => name)))];
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`none of the notebooks has a parameter '${unknown}': their parameters are ${known.join(', ')}`);
}
