import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDataset } from '../../src/data/open-dataset';
import { imageGrid, lines } from '../../src/figures';
import { result, show } from '../../src/notebook/display';
import { table } from '../../src/tables';
import { takeDisplays } from './display-sink';

const cache = mkdtempSync(join(tmpdir(), 'clr-lab-stamp-'));
afterAll(() => rmSync(cache, { recursive: true }));

function showAll(): string[] {
  const { outputs } = takeDisplays();
  show(lines([{ name: 'a', x: [0, 1], y: [1, 2] }], { title: 'A' }));
  show(imageGrid(new Uint8Array(3072), { title: 'P' }));
  show(table([{ a: 1 }]));
  result({ testAccuracy: 0.5 });
  return outputs.map(({ data }) => JSON.stringify(data));
}

test('once a synthetic set is open, every figure, table and result says so', async () => {
  expect(showAll().join('')).not.toContain('SYNTHETIC');
  await openDataset({ synthetic: true, recordsPerBatch: 10, environment: { CLR_LAB_CACHE: cache }, onMessage: () => {} });
  const html = showAll().filter((shown) => shown.includes('text/html') && shown.length > 100);
  expect(html.length).toBeGreaterThanOrEqual(3);
  for (const shown of html) expect(shown).toContain('SYNTHETIC');
});
