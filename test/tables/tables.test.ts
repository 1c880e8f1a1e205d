import { describe, expect, test } from 'vitest';
import { JSDOM } from 'jsdom';
import { comparison, fromDataFrame, table, toCsv, toDataFrame, toHtml, toText, written } from '../../src/tables';

const rows = [{ lambda: 1e-7, accuracy: 0.5213, note: 'a "b", <c> & d' }, { lambda: 0.0143, accuracy: 0.5, note: null }];
const example = table(rows, { caption: 'Table <1>', formats: { accuracy: 'percent', lambda: 'scientific' }, highlight: ['green', 'yellow'] });

describe('table', () => {
  test('keeps values and writes them', () => {
    expect(example.columns).toEqual(['lambda', 'accuracy', 'note']);
    expect(example.rows[0]).toEqual([1e-7, 0.5213, 'a "b", <c> & d']);
    expect(example.text[1]).toEqual(['1.43e-2', '50.00 %', '–']);
    expect(example.align).toEqual(['right', 'right', 'left']);
    expect(JSON.parse(JSON.stringify(example))).toEqual(example);
  });

  test('rows may lack columns; columns may be chosen', () => {
    expect(table([{ a: 1 }, { b: 2 }]).rows).toEqual([[1, null], [null, 2]]);
    expect(table([{ a: 1, b: 2 }], { columns: ['b'] }).rows).toEqual([[2]]);
    expect(table([]).rows).toEqual([]);
  });

  test('unknown columns and wrong numbers of colours are named', () => {
    expect(() => table(rows, { columns: ['loss'] })).toThrow('no row has a column "loss"; there are "lambda", "accuracy", "note"');
    expect(() => table(rows, { formats: { loss: 2 } })).toThrow('"loss"');
    expect(() => table(rows, { highlight: ['green'] })).toThrow('1 colours for 2 rows');
  });

  test('colours by a function; synthetic data in the caption', () => {
    const { colours, caption } = table(rows, { highlight: ({ accuracy }) => (Number(accuracy) > 0.51 ? 'green' : null), caption: 'T', synthetic: true });
    expect(colours).toEqual(['green', null]);
    expect(caption).toBe('T · SYNTHETIC DATA');
  });

  test.each([[1e-7, 'plain', '1e-7'], [0.46010, 'plain', '0.4601'], [4800, 'plain', '4800'], [1.043e-6, 'plain', '1.043e-6'], [154160, 'integer', '154,160'],
    [0.4737, 'percent', '47.37 %'], [2.5, 3, '2.500'], [null, 'percent', '–'], [NaN, 'percent', 'NaN'], ['x', 'percent', 'x']] as const)('%s as %s is %s', (cell, format, text) => {
    expect(written(cell, format)).toBe(text);
  });

  test('a comparison has a note column only where there are notes', () => {
    expect(comparison([{ quantity: 'accuracy', report: 0.4571, ours: 0.46 }], { format: 'percent' }).text).toEqual([['accuracy', '45.71 %', '46.00 %']]);
    expect(comparison([{ quantity: 'a', report: 1, ours: 2, note: 'n' }, { quantity: 'b', report: null, ours: 2 }]).text[1]).toEqual(['b', '–', '2', '']);
  });
});

describe('formats', () => {
  test('HTML says what the table holds, as a browser reads it', () => {
    const { document } = new JSDOM(toHtml(example)).window;
    expect(document.querySelector('caption')!.textContent).toBe('Table <1>');
    expect([...document.querySelectorAll('th[scope=col]')].map((th) => th.textContent)).toEqual(['lambda', 'accuracy', 'note']);
    expect(document.querySelectorAll('td')[2]!.textContent).toBe('a "b", <c> & d');
    expect(document.querySelectorAll('c')).toHaveLength(0);
    expect(document.querySelectorAll('tbody tr')[0]!.querySelectorAll('strong')).toHaveLength(3);
  });

  test('text stands in columns', () => {
    expect(toText(table([{ a: 'x', b: 10 }, { a: 'long', b: 9 }], { highlight: [null, 'green'] }))).toBe('a      b\n----  --\nx     10\nlong   9  (green)');
  });

  test('CSV quotes what must be quoted, with numbers in full', () => {
    expect(toCsv(example)).toBe('lambda,accuracy,note\r\n1e-7,0.5213,"a ""b"", <c> & d"\r\n0.0143,0.5,\r\n');
  });
});

test('there and back through Danfo', () => {
  const frame = toDataFrame(example);
  expect(frame.columns).toEqual(['lambda', 'accuracy', 'note']);
  expect(frame.shape).toEqual([2, 3]);
  const sorted = frame.sortValues('accuracy');
  expect(fromDataFrame(sorted).rows.map(([lambda]) => lambda)).toEqual([0.0143, 1e-7]);
});
