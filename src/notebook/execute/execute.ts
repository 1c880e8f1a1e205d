import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { CellOutput } from '../kernel/cell-output';
import { interruptedError, type CellError } from '../kernel/cell-error';
import type { CellOutcome } from '../kernel/session';
import { kernelspecMetadata, languageInfo } from '../kernel/language-info';
import { projectRoot } from '../kernel/project';
import type { Report, Request } from './child';
import { collectResults, OutputStore } from './collect';
import { tagsOf, type CodeCell, type Notebook } from './nbformat';
import { injectParameters, type Parameters } from './parameters';

export interface ExecuteOptions {
  /** Values for the variables of the cell tagged `parameters`. Default none. */
  readonly parameters?: Parameters;
  /** The working directory of the cells, where their relative imports and paths start: the notebook's folder. */
  readonly cwd?: string;
  /** Environment variables over those of this process; undefined unsets one. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told of each code cell as it starts and as it ends. */
  readonly onCell?: (event: CellEvent) => void;
  /** Told of each output as it arrives. */
  readonly onOutput?: (cell: CodeCell, output: CellOutput) => void;
  /** Interrupts the running cell, as Jupyter's interrupt does, and ends the execution. */
  readonly signal?: AbortSignal;
  /** The longest that one cell may take, in seconds. Default: as long as it takes. */
  readonly timeout?: number;
}

export interface CellEvent {
  readonly state: 'started' | 'ended';
  readonly cell: CodeCell;
  /** Its place among all cells of the notebook, from 0. */
  readonly index: number;
  /** Its place among the code cells, from 1, and how many there are. */
  readonly number: number;
  readonly total: number;
  /** How long it took; only when it has ended. */
  readonly seconds?: number;
  readonly error?: CellError;
}

export interface CellRecord {
  readonly id: string;
  /** Its place among all cells of the executed notebook, from 0. */
  readonly index: number;
  readonly status: 'ok' | 'error' | 'not executed';
  /** Wall time, compilation included. */
  readonly seconds: number;
}

export interface ExecutedNotebook {
  /** A copy of the notebook with its outputs and, if there are parameters, the cell that sets them. */
  readonly notebook: Notebook;
  readonly status: 'ok' | 'error' | 'interrupted';
  /** Why and where it stopped; undefined if all went well. `index` and `id` tell the cell. */
  readonly error?: CellError & { readonly index: number; readonly id: string };
  /** Wall time of all, start of the process included. */
  readonly seconds: number;
  /** One record for each code cell. */
  readonly cells: readonly CellRecord[];
  /** What the cells stated with `result({ … })`, merged. */
  readonly results: Readonly<Record<string, unknown>>;
}

/**
 * Executes a notebook through the project's kernel, in a process of its own, with no Python and no Jupyter.
 * Stops at the first cell that fails (cells tagged `raises-exception` may; those tagged `skip-execution` are not run).
 * A failing cell is no exception here: it is in what the promise resolves with.
 *
 * Rejects with an Error for parameters that the notebook does not have, before anything runs.
 */
export async function executeNotebook(notebook: Notebook, options: ExecuteOptions = {}): Promise<ExecutedNotebook> {
  const { parameters = {}, cwd = process.cwd(), environment = {}, onCell, onOutput, signal, timeout = Infinity } = options;
  const start = performance.now();
  const executed = withoutOutputs(injectParameters(notebook, parameters));
  const codeCells = executed.cells.flatMap((cell, index) => (cell.cell_type === 'code' ? [{ cell, index }] : []));
  const store = new OutputStore();
  const kernel = new ChildKernel(cwd, environment, (count, output) => {
    const { cell } = codeCells[count - 1]!;
    store.add(cell, output);
    onOutput?.(cell, output);
  });
  const records: CellRecord[] = [];
  let failure: ExecutedNotebook['error'];
  const stop = () => kernel.interrupt();
  signal?.addEventListener('abort', stop);
  try {
    await kernel.ready;
    for (const [i, { cell, index }] of codeCells.entries()) {
      const tags = tagsOf(cell);
      if (failure !== undefined || tags.includes('skip-execution') || cell.source.trim() === '') {
        records.push({ id: cell.id, index, status: 'not executed', seconds: 0 });
        continue;
      }
      const event = { cell, index, number: i + 1, total: codeCells.length };
      onCell?.({ ...event, state: 'started' });
      cell.execution_count = i + 1;
      const cellStart = performance.now();
      const error = signal?.aborted ? interruptedError : await kernel.run(cell.source, i + 1, timeout);
      const seconds = (performance.now() - cellStart) / 1000;
      if (error !== undefined) {
        cell.outputs.push({ output_type: 'error', ...error, traceback: [...error.traceback] });
        if (signal?.aborted || !tags.includes('raises-exception')) failure = { ...error, index, id: cell.id };
      }
      records.push({ id: cell.id, index, status: error === undefined ? 'ok' : 'error', seconds });
      onCell?.({ ...event, state: 'ended', seconds, error });
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    await kernel.close();
  }
  const status = failure === undefined ? 'ok' : signal?.aborted ? 'interrupted' : 'error';
  const seconds = (performance.now() - start) / 1000;
  return { notebook: executed, status, error: failure, seconds, cells: records, results: collectResults(executed) };
}

function withoutOutputs(notebook: Notebook): Notebook {
  const copy = structuredClone(notebook);
  for (const cell of copy.cells) {
    if (cell.cell_type === 'code') Object.assign(cell, { outputs: [], execution_count: null });
  }
  Object.assign(copy.metadata, { kernelspec: { ...kernelspecMetadata }, language_info: { ...languageInfo } });
  return copy;
}

/** How long a cell that is to stop may take before its process is ended, in milliseconds. */
const patience = 2000;

/** A process with a kernel's session in it. */
class ChildKernel {
  readonly #child: ChildProcess;
  /** Resolves when it can run cells, or has ended. */
  readonly ready: Promise<void>;
  /** What the process wrote past the session: the last words of a native library, or of Node itself. */
  #lastWords = '';
  #finish: ((outcome: CellOutcome) => void) | undefined;
  #ended: string | undefined;

  constructor(
    cwd: string,
    environment: Readonly<Record<string, string | undefined>>,
    onOutput: (count: number, output: CellOutput) => void,
  ) {
    const env = { ...process.env, ...environment };
    // Under a test runner this file is not the built one; the process always is.
    const file = path.join(projectRoot, 'dist', 'notebook', 'execute', 'child.js');
    this.#child = fork(file, [], { cwd, env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#lastWords = (this.#lastWords + text).slice(-4000)));
    }
    this.ready = new Promise((resolve) => {
      this.#child.on('message', (report: Report) => {
        if (report.type === 'ready') resolve();
        else if (report.type === 'output') onOutput(report.count, report.output);
        else this.#finish?.(report.outcome);
      });
      // After the channel's last message, unlike `exit`.
      this.#child.on('close', (code, signal) => {
        this.#ended = signal === null ? `exit code ${code}` : `signal ${signal}`;
        resolve();
        this.#finish?.(this.#deathError());
      });
      this.#child.on('error', (error) => {
        this.#ended = error.message;
        resolve();
        this.#finish?.(this.#deathError());
      });
    });
  }

  /** Runs one cell; a `timeout` in seconds is an error of the cell, and so is the death of the process. */
  async run(source: string, count: number, timeout: number): Promise<CellOutcome> {
    if (this.#ended !== undefined) return this.#deathError();
    let timedOut = false;
    const timer = timeout === Infinity ? undefined : setTimeout(() => {
      timedOut = true;
      this.interrupt();
    }, timeout * 1000);
    const outcome = await new Promise<CellOutcome>((resolve) => {
      this.#finish = resolve;
      this.#send({ type: 'run', source, count });
    });
    this.#finish = undefined;
    clearTimeout(timer);
    if (!timedOut) return outcome;
    const evalue = `the cell took longer than ${timeout} s`;
    return { ename: 'Timeout', evalue, traceback: [`Timeout: ${evalue}`] };
  }

  /** Interrupts the running cell; ends the process if the cell does not listen. */
  interrupt(): void {
    if (this.#finish === undefined) return;
    const running = this.#finish;
    // A signal also ends a loop that never awaits, as long as the cell has not awaited before.
    if (process.platform === 'win32') this.#send({ type: 'interrupt' });
    else this.#child.kill('SIGINT');
    setTimeout(() => {
      if (this.#finish === running) this.#child.kill('SIGKILL');
    }, patience).unref();
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const closed = once(this.#child, 'close');
    this.#send({ type: 'end' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    await closed;
    clearTimeout(timer);
  }

  #send(request: Request): void {
    // A process that is gone says so by `close`.
    this.#child.send(request, () => undefined);
  }

  #deathError(): CellError {
    const evalue = `the process of the notebook ended with ${this.#ended}`;
    const words = this.#lastWords.trim();
    return { ename: 'KernelDied', evalue, traceback: [`KernelDied: ${evalue}`, ...(words === '' ? [] : [words])] };
  }
}
