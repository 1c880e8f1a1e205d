import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../../src/data/dataset';
import { openDataset } from '../../src/data/open-dataset';
import { openEngine } from '../../src/engine/select-engine';
import { readNotebook } from '../../src/notebook/execute/nbformat';
import { listNotebooks } from '../../src/report/notebooks';
import { makeReport } from '../../src/report/report';
import type { ReportResults } from '../../src/report/results';

// All notebooks of the project on a small synthetic set, through the real kernel, as `npm run report` runs them.

const notebooks = join(__dirname, '..', '..', 'notebooks');
const files = listNotebooks(notebooks);
const temporary = mkdtempSync(join(tmpdir(), 'clr-lab-notebooks-'));
afterAll(() => rmSync(temporary, { recursive: true }));

const environment = { CIFAR10_DIR: undefined, CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '400', CLR_LAB_CACHE: join(temporary, 'cache'), CLR_LAB_RUNS: join(temporary, 'runs') };
let dataset: Dataset;
beforeAll(async () => {
  dataset = await openDataset({ environment, onMessage: () => {} });
});

describe.each(['onnx', 'tfjs'] as const)('with %s', (name) => {
  const output = join(temporary, `report-${name}`);
  let results: ReportResults;
  beforeAll(async () => {
    results = await makeReport({
      notebooks,
      output,
      dataset,
      engine: await openEngine({ name }),
      environment: { ...environment, CLR_LAB_ENGINE: name },
      parameters: { quick: true },
    });
  }, 300_000);

  test('every notebook runs to its end', () => {
    const failures = Object.entries(results.notebooks).flatMap(([notebook, { error }]) => (error === undefined ? [] : [`${notebook}: ${error}`]));
    expect(failures).toEqual([]);
    expect(Object.keys(results.notebooks)).toEqual(files.filter(({ stem }) => stem < '07').map((file) => file.name));
  });

  test('results.json says what made the results', () => {
    expect(JSON.parse(readFileSync(join(output, 'results.json'), 'utf8'))).toEqual(results);
    expect(results.dataset).toMatchObject({ name: 'synthetic', images: 2400 });
    expect(results.engine).toBe(name);
  });

  test.each(['figure-3', 'figure-4'])('%s states its results', (notebook) => {
    const { results: stated } = results.notebooks[notebook];
    for (const key of ['testAccuracy', 'trainAccuracy', 'validationAccuracy']) expect(stated[key], key).toSatisfy((value: number) => value > 0.1 && value <= 1);
    for (const key of ['trainCost', 'validationCost', 'updates', 'measurements', 'secondsTraining']) expect(stated[key], key).toSatisfy((value: number) => value > 0);
  });

  test('every figure and table says SYNTHETIC', async () => {
    for (const { stem } of files.filter(({ stem }) => stem < '07')) {
      const { cells } = await readNotebook(join(output, `${stem}.ipynb`));
      const shown = cells.flatMap((cell) => (cell.cell_type === 'code' ? cell.outputs : [])).flatMap((each) => ('data' in each ? [each.data] : []));
      const unmarked = shown.map((data) => String(data['text/html'] ?? '')).filter((html) => /<table|data-clr-lab-figure/.test(html) && !html.includes('SYNTHETIC'));
      expect(unmarked, stem).toEqual([]);
    }
  });

  test('the page is one file without addresses of others, and says SYNTHETIC', () => {
    const page = readFileSync(join(output, 'index.html'), 'utf8');
    expect(page).toContain('SYNTHETIC');
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(page.match(/<script data-clr-lab-plotly>/g)).toHaveLength(1);
  });
});

test.runIf(process.env.CLR_LAB_TEST_ALL)('what goes beyond the report runs to its end, in small', async () => {
  const results = await makeReport({
    notebooks,
    output: join(temporary, 'report-beyond'),
    dataset,
    engine: await openEngine({ name: 'onnx' }),
    environment,
    parameters: { quick: true },
    only: ['beyond'],
  });
  const { error, results: stated } = results.notebooks.beyond;
  expect(error).toBeUndefined();
  expect(Object.keys(stated)).toEqual(expect.arrayContaining(['width', 'depth', 'regularisation', 'optimisers', 'schedules', 'ensembles', 'best', 'steps']));
}, 300_000);

describe.each(files)('the committed $stem', ({ path }) => {
  test('is executed in order on CIFAR-10, without errors, and small', async () => {
    const { cells } = await readNotebook(path);
    const code = cells.flatMap((cell) => (cell.cell_type === 'code' ? [cell] : []));
    expect(code.map((cell) => cell.execution_count)).toEqual(code.map((_, index) => index + 1));
    expect(code.flatMap(({ outputs }) => outputs).filter(({ output_type }) => output_type === 'error')).toEqual([]);
    expect(JSON.stringify(code.map(({ outputs }) => outputs))).not.toContain('SYNTHETIC');
    expect(statSync(path).size).toBeLessThan(1_500_000);
  });

  test('has one cell of parameters, with quick among them', async () => {
    const { cells } = await readNotebook(path);
    const tagged = cells.filter(({ metadata }) => (metadata.tags as string[] | undefined)?.includes('parameters'));
    expect(tagged).toHaveLength(1);
    expect(tagged[0].source).toMatch(/^let quick = false;/m);
  });
});
