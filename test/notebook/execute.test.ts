import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executeNotebook, type CellEvent } from '../../src/notebook/execute/execute';
import { codeCell, markdownCell, newNotebook, type CodeCell, type Notebook, type Output } from '../../src/notebook/execute/nbformat';

const notebookOf = (...sources: string[]): Notebook => newNotebook(sources.map((source, i) => codeCell(source, { id: `c${i}` })));
const codeCells = (notebook: Notebook) => notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === 'code');
const outputsOf = (notebook: Notebook): Output[][] => codeCells(notebook).map(({ outputs }) => outputs);

describe('executeNotebook', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'clr-lab-execute-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('runs the cells in the notebook\'s folder and stores outputs as Jupyter does', async () => {
    writeFileSync(path.join(folder, 'helper.ts'), 'export const double = (n: number) => 2 * n;\n');
    const notebook = newNotebook([
      markdownCell('# A title', { id: 'title' }),
      codeCell(`import { double } from './helper';\nconsole.log(process.cwd());\nconsole.error('one');\nconsole.error('two');\ndouble(21)`, { id: 'a' }),
      codeCell('', { id: 'empty' }),
      codeCell(`import { newDisplay } from 'tslab';\nconst view = newDisplay();\nview.text('first');\nconst n = double(1);`, { id: 'b' }),
      codeCell(`view.html('<b>last</b>');\nlet sum = 0;\nsum += n`, { id: 'c' }),
    ]);
    const events: CellEvent[] = [];
    const executed = await executeNotebook(notebook, { cwd: folder, onCell: (event) => events.push({ ...event }) });
    expect(executed).toMatchObject({ status: 'ok', error: undefined, results: {} });
    expect(outputsOf(executed.notebook)).toEqual([
      [
        { output_type: 'stream', name: 'stdout', text: `${folder}\n` },
        { output_type: 'stream', name: 'stderr', text: 'one\ntwo\n' },
        { output_type: 'execute_result', data: { 'text/plain': '42' }, metadata: {}, execution_count: 1 },
      ],
      [],
      // The update is applied to the output that it changes; an assignment shows nothing.
      [{ output_type: 'display_data', data: { 'text/html': '<b>last</b>' }, metadata: {} }],
      [],
    ]);
    expect(codeCells(executed.notebook).map((cell) => cell.execution_count)).toEqual([1, null, 3, 4]);
    expect(events.map(({ state, number, total }) => `${state} ${number}/${total}`)).toEqual(
      ['started 1/4', 'ended 1/4', 'started 3/4', 'ended 3/4', 'started 4/4', 'ended 4/4']);
    expect(executed.cells.map(({ id, status }) => [id, status])).toEqual([['a', 'ok'], ['empty', 'not executed'], ['b', 'ok'], ['c', 'ok']]);
    // The notebook that was given is as it was.
    expect(outputsOf(notebook)).toEqual([[], [], [], []]);
  });

  test('stops at the first failing cell; a cell tagged raises-exception may fail', async () => {
    const notebook = newNotebook([
      codeCell('let reached = 0;\nthrow new Error("expected")', { id: 'may', tags: ['raises-exception'] }),
      codeCell('reached = 1;\nconst wrong: string = reached;', { id: 'must-not' }),
      codeCell('reached', { id: 'rest' }),
    ]);
    notebook.cells[2] = { ...notebook.cells[2]!, outputs: [{ output_type: 'stream', name: 'stdout', text: 'old' }], execution_count: 9 } as CodeCell;
    const { status, error, cells, notebook: executed } = await executeNotebook(notebook, { cwd: folder });
    expect(status).toBe('error');
    expect(error).toMatchObject({ ename: 'TypeScriptError', index: 1, id: 'must-not' });
    expect(error!.evalue).toMatch(/^line 2:7 - TS2322: /);
    expect(cells.map(({ status: each }) => each)).toEqual(['error', 'error', 'not executed']);
    expect(executed.cells[2]).toMatchObject({ outputs: [], execution_count: null });
  });

  test('loses no output', async () => {
    const { notebook } = await executeNotebook(notebookOf(
      'for (let i = 0; i < 10_000; i++) console.log(i);',
      'process.stdout.write("a".repeat(10_000_000));\nconsole.log("end");',
    ), { cwd: folder });
    const [lines, flood] = outputsOf(notebook);
    expect(lines).toEqual([{ output_type: 'stream', name: 'stdout', text: Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join('') }]);
    expect(flood).toEqual([{ output_type: 'stream', name: 'stdout', text: `${'a'.repeat(10_000_000)}end\n` }]);
  });

  test('sets parameters, whose types TypeScript checks, and merges results', async () => {
    const notebook = newNotebook([
      codeCell(`let eta = 0.1;\nlet engine: 'onnx' | 'tfjs' = 'onnx';\nlet sizes = [3072, 50, 10];`, { id: 'p', tags: ['parameters'] }),
      codeCell(`import { display } from 'tslab';
        const show = (result: object) => display.raw('application/vnd.clr-lab.result+json', result as never);
        show({ eta, engine, layers: sizes.length }); show({ engine: engine.toUpperCase() });`, { id: 'r' }),
    ]);
    const good = await executeNotebook(notebook, { cwd: folder, parameters: { eta: 0.5, engine: 'tfjs', sizes: [4, 2] } });
    expect(good.error).toBeUndefined();
    expect(good.results).toEqual({ eta: 0.5, engine: 'TFJS', layers: 2 });
    expect(good.notebook.cells[1]).toMatchObject({ metadata: { tags: ['injected-parameters'] }, outputs: [] });
    const wrong = await executeNotebook(notebook, { cwd: folder, parameters: { engine: 'torch' } });
    expect(wrong.error).toMatchObject({ ename: 'TypeScriptError', id: 'injected-parameters' });
    expect(wrong.error!.evalue).toContain(`'"torch"' is not assignable to type '"onnx" | "tfjs"'`);
  });

  test('gives the cells their environment, and reports a process that dies', async () => {
    const { status, error, cells } = await executeNotebook(
      notebookOf('if (process.env.CLR_LAB_TEST !== "yes") throw new Error("not set")', 'process.exit(3)', '1'),
      { cwd: folder, environment: { CLR_LAB_TEST: 'yes' } },
    );
    expect(status).toBe('error');
    expect(error).toMatchObject({ ename: 'KernelDied', id: 'c1' });
    expect(error!.evalue).toContain('exit code 3');
    expect(cells.map((cell) => cell.status)).toEqual(['ok', 'error', 'not executed']);
  });

  test('ends a cell that takes too long, and one that is aborted', async () => {
    const endless = 'console.log("started");\nwhile (true) await new Promise((done) => setTimeout(done, 10));';
    const slow = await executeNotebook(notebookOf(endless, '1'), { cwd: folder, timeout: 0.3 });
    expect(slow).toMatchObject({ status: 'error', error: { ename: 'Timeout', id: 'c0' } });
    expect(slow.cells[0]!.seconds).toBeLessThan(1);
    const controller = new AbortController();
    const aborted = await executeNotebook(notebookOf(endless, '1'), {
      cwd: folder, signal: controller.signal,
      onOutput: () => void delay(50).then(() => controller.abort()),
    });
    expect(aborted).toMatchObject({ status: 'interrupted', error: { ename: 'Interrupted', id: 'c0' } });
    expect(aborted.cells.map((cell) => cell.status)).toEqual(['error', 'not executed']);
    expect(outputsOf(aborted.notebook)[0]![0]).toMatchObject({ text: 'started\n' });
  });

  test('rejects a parameter that the notebook does not have, before anything runs', async () => {
    await expect(executeNotebook(notebookOf('1'), { parameters: { eta: 1 } })).rejects.toThrow(/no cell tagged "parameters"/);
  });
});
