import { table, toHtml, toText, written, type Table } from '../../tables';
import { displayData } from '../outputs';
import { resultMimeType } from '../result-mime-type';
import { print } from './displays';
import { stampTable } from './stamp';


/** JSON, as results are. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * States the results of a notebook: shows them in the cell, and puts them into its output for programs to read.
 *
 * Numbers under a key that ends in "Accuracy" are fractions and are shown in percent. Lists and objects are shown by their size.
 * Throws a RangeError for a number that JSON cannot hold (NaN, infinite), naming its path.
 */
export function result(values: Readonly<Record<string, Json>>): void {
  requireFinite(values, 'result');
  const shown = stampTable(resultTable(values));
  const taken = displayData({ 'text/html': toHtml(shown), 'text/plain': toText(shown), [resultMimeType]: values });
  if (!taken) print(toText(shown));
}

function resultTable(values: Readonly<Record<string, Json>>): Table {
  return table(Object.entries(values).map(([key, value]) => ({ result: key, value: describe(key, value) })));
}

function describe(key: string, value: Json | undefined): string {
  if (value === undefined || value === null) return '–';
  if (Array.isArray(value)) return `${value.length} entries`;
  if (typeof value === 'object') {
    return Object.entries(value).map(([inner, content]) => `${inner}: ${describe(inner, content)}`).join(', ');
  }
  if (typeof value !== 'number') return String(value);
  return written(value, /accuracy$/i.test(key) ? 'percent' : 'plain');
}

function requireFinite(value: Json | undefined, path: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${path} is ${value}; a result must be a finite number`);
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) requireFinite(inner as Json | undefined, `${path}.${key}`);
  }
}
