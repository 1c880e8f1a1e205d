import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { learningCurves, learningRate, markSynthetic } from '../../src/figures';
import { liveFigure, show } from '../../src/notebook/display';
import { setDisplaySink } from '../../src/notebook/outputs';
import { exampleHistory, triangular } from '../figures/examples';
import { takeDisplays, type Notebook, type Shown } from './display-sink';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const here = existsSync(executablePath);

let browser: Browser;
let notebook: Notebook;
beforeAll(async () => {
  if (here) browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(() => {
  notebook = takeDisplays();
});
afterEach(() => {
  setDisplaySink(undefined);
});

function outputHtml({ data }: Shown): string {
  return 'image/png' in data ? `<img src="data:image/png;base64,${String(data['image/png'])}" width="600">` : String(data['text/html'] ?? '');
}

/** A page of a notebook's outputs; fails on errors in the page and on requests. */
async function open(outputs: readonly Shown[], { width = 1000, javaScriptEnabled = true } = {}): Promise<{ page: Page; trouble: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) trouble.push(request.url());
  });
  await page.setContent(`<!doctype html><body>${outputs.map((output) => `<div class="output_area" id="${output.displayId}">${outputHtml(output)}</div>`).join('')}</body>`);
  return { page, trouble };
}

const curves = (page: Page): Promise<number> => page.locator('.scatterlayer path.js-line').count();

test.skipIf(!here)('figures are drawn live, without the network, and hide their pictures', async () => {
  show(learningCurves(exampleHistory(100, 10), { title: 'Figure 3' }), learningRate(triangular(50), { updates: 100 }));
  const { page, trouble } = await open(notebook.outputs);
  await page.waitForFunction(() => document.querySelectorAll('.js-plotly-plot').length === 2);
  expect(await curves(page)).toBe(7);
  expect(await page.locator('img:visible').count()).toBe(0);
  expect(trouble).toEqual([]);
});

test.skipIf(!here)('without scripts the pictures stay', async () => {
  show(learningCurves(exampleHistory(100, 10)));
  const { page } = await open(notebook.outputs, { javaScriptEnabled: false });
  expect(await page.locator('img:visible').count()).toBe(1);
});

test.skipIf(!here)('without Plotly the picture stays', async () => {
  show(learningCurves(exampleHistory(100, 10)));
  show(learningRate(triangular(50), { updates: 100 }));
  const { page, trouble } = await open(notebook.outputs.slice(0, 2));
  await page.waitForTimeout(200);
  expect(await page.locator('img:visible').count()).toBe(1);
  expect(trouble).toEqual([]);
});

test.skipIf(!here)('on a phone the panels stand above each other, inside the page', async () => {
  show(learningCurves(exampleHistory(100, 10), { title: 'Figure 6: cost, loss and accuracy over three cycles of the learning rate' }));
  const { page } = await open(notebook.outputs, { width: 380 });
  await page.waitForSelector('.js-plotly-plot .x3title');
  const tops = await page.evaluate(() => ['xtitle', 'x2title', 'x3title'].map((name) => document.querySelector(`.${name}`)!.getBoundingClientRect().top));
  expect(tops[1]! - tops[0]!).toBeGreaterThan(150);
  expect(tops[2]! - tops[1]!).toBeGreaterThan(150);
  const title = await page.evaluate(() => document.querySelector('.gtitle')!.getBoundingClientRect());
  expect(title.right).toBeLessThanOrEqual(380);
});

test.skipIf(!here)('a growing figure keeps its graph from state to state, and ends as the last', async () => {
  const history = exampleHistory(30, 3);
  const figure = liveFigure();
  figure.update(learningCurves(history.slice(0, 10)));
  const { page, trouble } = await open(notebook.outputs);

  /** What a notebook does with an update: the output's content is made anew, and its scripts run. */
  const rerender = (): Promise<void> => page.evaluate((outputs) => {
    for (const { id, html } of outputs) {
      const area = document.getElementById(id)!;
      area.innerHTML = html;
      area.querySelectorAll('script').forEach((script) => {
        const again = document.createElement('script');
        again.textContent = script.textContent;
        script.replaceWith(again);
      });
    }
  }, notebook.outputs.map((output) => ({ id: output.displayId!, html: outputHtml(output) })));
  const points = (): Promise<number> => page.evaluate(() => (document.querySelector('.js-plotly-plot') as unknown as { data: { x: unknown[] }[] }).data[0]!.x.length);

  // The second state comes while Plotly is still being unpacked.
  figure.update(learningCurves(history.slice(0, 20)));
  await rerender();
  await page.waitForSelector('.js-plotly-plot');
  expect(await points()).toBe(20);
  await page.evaluate(() => document.querySelector('.js-plotly-plot')!.setAttribute('data-kept', 'yes'));

  figure.update(learningCurves(history.slice(0, 25)));
  await rerender();
  expect(await points()).toBe(25);
  expect(await page.locator('.js-plotly-plot[data-kept]').count()).toBe(1);

  figure.finish(markSynthetic(learningCurves(history)));
  await rerender();
  await page.waitForFunction(() => document.querySelector('.js-plotly-plot')?.textContent?.includes('SYNTHETIC DATA'));
  expect(await points()).toBe(31);
  expect(await page.locator('img:visible').count()).toBe(0);
  expect(trouble).toEqual([]);
});
