import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { setDisplaySink } from '../outputs';
import { setCurrentSignal } from '../../training/interruption';
import { createCellConverter } from './cell-converter';
import { buildError, interruptedError, thrownError, typeScriptError, type CellError } from './cell-error';
import { OutputCollector, type OutputSink, type StreamName } from './cell-output';
import { provideProjectPackages } from './packages';
import { shareVariables } from './shared-variables';
import { createExecutor, jupyter } from './tslab';

export interface SessionOptions {
  /** What the compiler said if src/ does not compile: then no cell runs. */
  readonly brokenBuild?: string;
}

/** How a cell ended: undefined means well. */
export type CellOutcome = CellError | undefined;

/** One run of one cell. Whatever the cell starts belongs to it, also what happens after its end. */
interface CellRun {
  readonly count: number;
  readonly output: OutputCollector;
  readonly controller: AbortController;
  state: 'running' | 'interrupting' | 'finished' | 'interrupted';
}

/** How long an interrupted cell may take to end in its own way, in milliseconds. */
const graceMilliseconds = 180;

/**
 * The heart of the kernel: runs cells one after another in this process, which it takes over (its standard output, its
 * last-resort error handlers, its module loader). Made of tslab's converter and executor. Once per process.
 * The working directory is the notebook's folder: relative imports and paths in cells start there.
 */
export class Session {
  readonly #converter;
  readonly #executor;
  readonly #cells = new AsyncLocalStorage<CellRun>();
  readonly #brokenBuild: string | undefined;
  #latest: CellRun | undefined;
  /** What the executor reported instead of throwing it. */
  #reported: { error: unknown } | undefined;

  constructor({ brokenBuild }: SessionOptions = {}) {
    this.#brokenBuild = brokenBuild;
    provideProjectPackages();
    this.#converter = createCellConverter();
    const converters = { node: this.#converter, browser: this.#converter, close: () => this.#converter.close() };
    this.#executor = createExecutor(process.cwd(), converters, {
      log: (value: unknown) => this.#showResult(value),
      error: (error: unknown) => (this.#reported = { error }),
    });
    shareVariables();
    this.#takeOverProcess();
  }

  /**
   * Runs a cell to its end. `count` is its execution count, a number of its own for each run.
   * Its outputs go to `sink`, before the promise resolves except for what the cell left running. Never rejects.
   * The caller sees to it that one cell runs at a time.
   */
  async run(source: string, count: number, sink: OutputSink): Promise<CellOutcome> {
    if (this.#brokenBuild !== undefined) return buildError(this.#brokenBuild);
    const cell: CellRun = {
      count,
      output: new OutputCollector(sink),
      controller: new AbortController(),
      state: 'running',
    };
    this.#latest = cell;
    this.#reported = undefined;
    this.#converter.startCell(count, source);
    setCurrentSignal(cell.controller.signal);
    const outcome = await this.#cells.run(cell, () => this.#execute(cell, source));
    // tslab's one promise of an interruption would hold on to everything that ever waited for it: all cells. This puts a new one in its place.
    this.#executor.interrupt();
    // A rejection that nothing handles becomes known in the next turn of the event loop: still in its cell.
    await nextTurn();
    setCurrentSignal(undefined);
    cell.output.flush();
    cell.state = outcome === interruptedError ? 'interrupted' : 'finished';
    return outcome;
  }

  async #execute(cell: CellRun, source: string): Promise<CellOutcome> {
    let done: boolean;
    try {
      done = await this.#executor.execute(source);
    } catch (error) {
      return thrownError(error); // the compiler itself failed
    }
    const reported = this.#reported as { error: unknown } | undefined;
    if (cell.state === 'interrupting' || isInterruption(reported?.error)) return interruptedError;
    const { diagnostics } = this.#converter;
    if (diagnostics.length > 0) return typeScriptError(source, diagnostics);
    return done ? undefined : thrownError(reported?.error);
  }

  /**
   * Interrupts the running cell: aborts its signal, and gives it a moment to end in its own way (so that a training
   * loop can stop cleanly and hand back what it has). Then, or at once if asked again, the cell is left.
   * Does nothing when no cell runs.
   */
  interrupt(): void {
    const cell = this.#latest;
    if (cell?.state === 'interrupting') this.#executor.interrupt();
    if (cell?.state !== 'running') return;
    cell.state = 'interrupting';
    cell.controller.abort(new DOMException('the cell was interrupted', 'AbortError'));
    setTimeout(() => {
      if (cell.state === 'interrupting') this.#executor.interrupt();
    }, graceMilliseconds);
  }

  /** What tslab's handler of Jupyter's other questions needs. */
  get executor() {
    return this.#executor;
  }

  close(): void {
    this.#executor.close();
  }

  /**
   * The cell that an output belongs to: the one that started the work, while it runs; what a finished cell left
   * running shows in the latest cell, for front ends no longer listen to the old one; undefined for what an
   * interrupted cell left running, which is dropped.
   */
  #cellOfOutput(): CellRun | undefined {
    const cell = this.#cells.getStore() ?? this.#latest;
    if (cell?.state === 'interrupted') return undefined;
    return cell?.state === 'finished' ? this.#latest : cell;
  }

  #takeOverProcess(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]) => this.#write(name, chunk, rest);
    }
    const show = (data: Record<string, unknown>, metadata = {}, displayId?: string, update = false) =>
      this.#cellOfOutput()?.output.show({ type: 'display', data, metadata, displayId, update });
    setDisplaySink((data, { metadata, displayId, update }) => show(data, metadata, displayId, update));
    // tslab's own `display` and `newDisplay`.
    jupyter.lastWriteDisplayData = (
      content: { data: Record<string, unknown>; metadata: Record<string, unknown>; transient: { display_id?: string } },
      update: boolean | undefined,
    ) => show(content.data, content.metadata, content.transient.display_id, update);
    process.on('uncaughtException', (error) => this.#reportLate(error));
    process.on('unhandledRejection', (error) => this.#reportLate(error));
  }

  #write(name: StreamName, chunk: string | Uint8Array, rest: unknown[]): boolean {
    this.#cellOfOutput()?.output.write(name, chunk);
    const callback = rest.at(-1);
    if (typeof callback === 'function') process.nextTick(callback as () => void);
    return true;
  }

  /** An error that nothing awaits, from a timer or a forgotten promise: said, and survived. */
  #reportLate(error: unknown): void {
    const origin = this.#cells.getStore();
    const from = origin === undefined || origin.state !== 'finished' ? '' : ` (from cell [${origin.count}], after its end)`;
    const { traceback } = thrownError(error);
    this.#write('stderr', `Uncaught error${from}:\n${traceback.join('\n')}\n`, []);
  }

  #showResult(value: unknown): void {
    const cell = this.#cellOfOutput();
    cell?.output.show({ type: 'result', data: resultBundle(value), metadata: {} });
  }
}

/**
 * A last expression as a MIME bundle: its own, if it has a method `Symbol.for('Jupyter.display')`; else as text, in its
 * own words if its class has any (a tensor, a DataFrame).
 */
function resultBundle(value: unknown): Record<string, unknown> {
  if (typeof value === 'string') return { 'text/plain': value };
  // inspect would show the bookkeeping of AsyncLocalStorage that Node keeps on promises.
  if (value instanceof Promise) return { 'text/plain': 'Promise { … }  (its value is shown with `await` before it)' };
  const own = (value as { [key: symbol]: unknown })[Symbol.for('Jupyter.display')];
  if (typeof own === 'function') return own.call(value) as Record<string, unknown>;
  return { 'text/plain': hasOwnWords(value) ? String(value) : inspect(value) };
}

/** Whether a class of its own, not one of JavaScript's or Node's, says how a value is written. */
function hasOwnWords(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  const { toString } = value;
  return typeof toString === 'function' && !Function.prototype.toString.call(toString).includes('[native code]');
}

function isInterruption(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}
