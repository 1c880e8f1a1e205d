import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(__dirname, '..', '..');
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8');
const rows = page.split('## What holds')[1].split('\n').filter((line) => line.startsWith('| ')).slice(2);
const testsOf = (text: string) => [...text.matchAll(/`(test\/[\w/.-]+)`/g)].map(([, file]) => file);

test('every guarantee of SECURITY.md names tests, which are there', () => {
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    expect(testsOf(row), row).not.toEqual([]);
    for (const file of testsOf(row)) expect(existsSync(join(root, file)), file).toBe(true);
  }
});

test('every test of a guarantee is named there', () => {
  const named = testsOf(page);
  const tests = readdirSync(__dirname).filter((name) => name.endsWith('.test.ts') && join(__dirname, name) !== __filename);
  expect(named).toEqual(expect.arrayContaining(tests.map((name) => `test/guarantees/${name}`)));
});
