import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codeCell, formatNotebook, markdownCell, newNotebook, parseNotebook, type CodeCell } from '../../src/notebook/execute/nbformat';
import { injectParameters, notebookParameters, parseSetting } from '../../src/notebook/execute/parameters';

const sample = () => {
  const cell: CodeCell = {
    ...codeCell('const a = 1;\nconsole.log(a);\n', { id: 'b-1', tags: ['parameters'] }),
    execution_count: 2,
    outputs: [
      { output_type: 'stream', name: 'stdout', text: 'one\ntwo' },
      { output_type: 'display_data', metadata: {}, data: { 'text/html': '<b>\n</b>', 'image/png': 'iVBOR\nw0KG', 'application/vnd.clr-lab.result+json': { b: [1, 'η'], a: {} } } },
      { output_type: 'execute_result', execution_count: 2, metadata: {}, data: { 'text/plain': '1' } },
      { output_type: 'error', ename: 'Error', evalue: 'x', traceback: ['a\nb', 'c'] },
    ],
  };
  return newNotebook([markdownCell('# Title\n\nText', { id: 'a' }), cell, codeCell('', { id: 'c' })]);
};

describe('notebook files', () => {
  test('are read as they were written', () => {
    expect(parseNotebook(formatNotebook(sample()))).toEqual(sample());
  });

  test.runIf(existsSync('/usr/lib/python3/dist-packages/nbformat'))('are written to the byte as Jupyter writes them, and are valid', () => {
    const script = 'import sys, nbformat; nb = nbformat.reads(sys.stdin.read(), 4); nbformat.validate(nb); sys.stdout.write(nbformat.writes(nb) + "\\n")';
    const text = formatNotebook(sample());
    const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', script], { input: text, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe(text);
  });

  test('of older versions get ids, the same at every reading', () => {
    const old = JSON.stringify({ nbformat: 4, nbformat_minor: 2, metadata: {}, cells: [
      { cell_type: 'markdown', metadata: {}, source: ['# T\n', 'x'] }, { cell_type: 'code', metadata: {}, execution_count: null, outputs: [], source: '1' },
    ] });
    const notebook = parseNotebook(old);
    expect(notebook.cells.map(({ id, source }) => [id, source])).toEqual([['cell-1', '# T\nx'], ['cell-2', '1']]);
    expect(notebook.nbformat_minor).toBe(5);
  });

  test.each([
    ['{', /x\.ipynb is not a notebook/],
    ['{"nbformat": 3, "worksheets": []}', /nbformat is 3/],
    ['{"nbformat": 4, "cells": [{"cell_type": "heading", "source": ""}]}', /cell 1: its cell_type is "heading"/],
  ])('%s is refused, with the file\'s name', (text, message) => {
    expect(() => parseNotebook(text, 'x.ipynb')).toThrow(message);
  });
});

describe('settings', () => {
  test.each([
    ['eta=0.1', 'eta', 0.1], ['quick=true', 'quick', true], ['engine=tfjs', 'engine', 'tfjs'], ['a="1"', 'a', '1'],
    ['sizes=[3072,50]', 'sizes', [3072, 50]], ['note=a=b', 'note', 'a=b'], ['empty=', 'empty', ''], ['range={"min":1}', 'range', { min: 1 }],
  ])('%s', (text, key, value) => expect(parseSetting(text)).toEqual({ key, value }));

  test.each(['eta', '=1', '1a=2', 'a b=1', ''])('%j is refused', (text) => {
    expect(() => parseSetting(text)).toThrow(`${JSON.stringify(text)} is no setting`);
  });
});

describe('parameters', () => {
  const notebook = () => newNotebook([
    codeCell('1', { id: 'first' }),
    codeCell(`// The rate.\nlet eta: number = 1e-3, steps = 500;\nlet quick = false; const fixed = 1;`, { id: 'p', tags: ['parameters'] }),
    codeCell('eta', { id: 'last' }),
  ]);

  test('are the variables of the tagged cell', () => {
    expect(notebookParameters(notebook()).map(({ name, defaultValue }) => [name, defaultValue])).toEqual([['eta', '1e-3'], ['steps', '500'], ['quick', 'false']]);
    expect(notebookParameters(newNotebook([codeCell('let a = 1', { id: 'x' })]))).toEqual([]);
  });

  test('are assigned in a cell after it, which a second time replaces', () => {
    const once = injectParameters(notebook(), { eta: 0.5, quick: true });
    const twice = injectParameters(once, { steps: 7 });
    expect(once.cells.map(({ id }) => id)).toEqual(['first', 'p', 'injected-parameters', 'last']);
    expect(once.cells[2]!.source).toBe('eta = 0.5;\nquick = true;');
    expect(twice.cells.map(({ source }) => source).slice(2)).toEqual(['steps = 7;', 'eta']);
    expect(injectParameters(notebook(), {})).toEqual(notebook());
  });

  test('that do not exist are named, with those that do', () => {
    expect(() => injectParameters(notebook(), { etta: 1 })).toThrow('the notebook has no parameter "etta"; it has: eta, steps, quick');
    expect(() => injectParameters(notebook(), { fixed: 2 })).toThrow('"fixed" is a const');
  });
});
