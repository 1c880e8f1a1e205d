import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeCell, formatNotebook, newNotebook, parseNotebook, type CodeCell, type Notebook } from '../../src/notebook/execute/nbformat';
import { installKernelspec } from '../../src/notebook/kernel/kernelspec';

const jupyter = '/usr/bin/jupyter';
const present = existsSync(jupyter) && spawnSync(jupyter, ['nbconvert', '--version']).status === 0;

describe.runIf(present)('the kernel under Jupyter itself', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'clr-lab-jupyter-test-'));
    await installKernelspec(path.join(folder, 'data', 'kernels'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function nbconvert(notebook: Notebook, ...options: string[]) {
    const file = path.join(folder, 'notebook.ipynb');
    writeFileSync(file, formatNotebook(notebook));
    const { status, stderr } = spawnSync(jupyter, ['nbconvert', '--to', 'notebook', '--execute', '--inplace', ...options, file], {
      encoding: 'utf8',
      env: { ...process.env, JUPYTER_PATH: path.join(folder, 'data'), HOME: folder },
    });
    return { status, stderr, cells: parseNotebook(readFileSync(file, 'utf8')).cells as CodeCell[] };
  }

  test('nbconvert --execute runs a notebook', () => {
    const { status, stderr, cells } = nbconvert(newNotebook([
      codeCell(`import { currentSignal } from 'clr-lab';\nfor (let i = 0; i < 2000; i++) console.log(i);`, { id: 'a' }),
      codeCell(`import { newDisplay } from 'tslab';\nconst view = newDisplay();\nview.text('first');\nview.html('<b>last</b>');`, { id: 'b' }),
      codeCell('setTimeout(() => { throw new Error("late"); }, 20);', { id: 'c' }),
      codeCell('await new Promise((done) => setTimeout(done, 200));\ntypeof currentSignal', { id: 'd' }),
    ]));
    expect(status, stderr).toBe(0);
    const text = cells[0]!.outputs.map((output) => (output.output_type === 'stream' ? output.text : '')).join('');
    expect(text).toBe(Array.from({ length: 2000 }, (_, i) => `${i}\n`).join(''));
    expect(cells[1]!.outputs).toEqual([{ output_type: 'display_data', data: { 'text/html': '<b>last</b>' }, metadata: {} }]);
    expect(cells[3]!.outputs).toEqual([
      expect.objectContaining({ name: 'stderr', text: expect.stringMatching(/late/) as string }),
      expect.objectContaining({ output_type: 'execute_result', data: { 'text/plain': 'function' }, execution_count: 4 }),
    ]);
  });

  test('nbconvert --execute stops at a failing cell, and says why', () => {
    const { status, stderr, cells } = nbconvert(newNotebook([
      codeCell('let n = 1;', { id: 'a' }), codeCell('n = "one";', { id: 'b' }), codeCell('n', { id: 'c' }),
    ]));
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/CellExecutionError[^]*TS2322: Type 'string' is not assignable to type 'number'/);
    expect(cells[2]!.execution_count).toBeNull();
  });

  test('nbconvert --execute --allow-errors goes on after it', () => {
    const { status, cells } = nbconvert(newNotebook([codeCell('throw new Error("x");', { id: 'a' }), codeCell('1', { id: 'b' })]), '--allow-errors');
    expect(status).toBe(0);
    expect(cells[0]!.outputs).toEqual([expect.objectContaining({ output_type: 'error', ename: 'Error', evalue: 'x' })]);
    expect(cells[1]!.outputs).toEqual([expect.objectContaining({ data: { 'text/plain': '1' } })]);
  });
});

test.skipIf(present)('JUPYTER IS NOT INSTALLED (no /usr/bin/jupyter with nbconvert): its tests were not run', () => undefined);
