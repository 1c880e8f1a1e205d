import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumIsHere, desktop, drawnFigures, launchChromium, newPage, screenshot, waitForFigures, type WatchedPage } from './browser';
import { interrupt, isTrusted, openNotebook, runAll, runInNewCell, save, startNotebookServer, unroll, waitForIdle, waitForKernel, type NotebookServer } from './classic-notebook';
import { jupyter, makeSandbox, type Sandbox } from './sandbox';

// Debian's classic Notebook with the project's kernel, used as a person would.

const present = existsSync(jupyter) && chromiumIsHere;

describe.runIf(present)('a live classic Notebook', () => {
  let sandbox: Sandbox;
  let server: NotebookServer;
  let browser: Browser;
  beforeAll(async () => {
    sandbox = await makeSandbox();
    server = await startNotebookServer(sandbox);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    const left = sandbox.processes();
    sandbox.remove();
    expect(left).toEqual([]);
  });

  const open = async (name: string): Promise<WatchedPage> => {
    // Debian's Notebook is set up to load ipywidgets, whether or not they are installed, and its MathJax draws with the font about:blank while its own ones load.
    const foreign = /nbextensions\/widgets\/notebook\/js\/extension\.js|about:blank/;
    const watched = await newPage(browser, server.origin, { viewport: desktop, foreign });
    await openNotebook(watched.page, server.address(`${name}.ipynb`));
    return watched;
  };

  test.each(['02-figure-3', '03-figure-4'])('%s as committed, just opened: its pictures stand where scripts do not run', async (stem) => {
    await sandbox.copyNotebook(stem);
    const { page, errors, refused } = await open(stem);
    await unroll(page);
    await screenshot(page, `classic-opened-${stem}`);
    expect(await isTrusted(page)).toBe(false);
    expect(await page.locator('.output img:visible').count()).toBe(2);
    expect(await page.locator('.output table:visible').count()).toBe(2);
    expect(await drawnFigures(page)).toEqual([]);
    expect({ errors, refused }).toEqual({ errors: [], refused: [] });
    await page.context().close();
  });

  test('Run All: the figure grows in place; saved and opened again, the figures are live', async () => {
    await sandbox.copyNotebook('02-figure-3', { stepSize: 250 }, 'run-all');
    const { page, errors, refused } = await open('run-all');
    const states = await watchGrowth(page);
    await runAll(page);
    await waitForIdle(page);

    const seen = await states();
    expect(new Set(seen.map(({ graph }) => graph))).toEqual(new Set([0]));
    expect(new Set(seen.map(({ points }) => points)).size).toBeGreaterThan(1);
    for (const key of ['points', 'done'] as const) {
      const values = seen.map((state) => state[key]);
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }

    const expectAll = async (): Promise<void> => {
      const [rate, curves] = await waitForFigures(page, 2);
      expect(rate).toMatchObject({ lines: 1, points: [251] });
      expect(curves).toMatchObject({ lines: 6, points: Array(6).fill(501), text: expect.stringContaining('SYNTHETIC DATA') as string });
      expect(await page.locator('.output img').count()).toBe(2);
      expect(await page.locator('.output img:visible').count()).toBe(0);
      expect(await page.locator('.output', { hasText: /· 500\/500 · in [\d.]+ s · epoch 125\.0 · / }).count()).toBe(1);
      expect(await page.locator('progress').count()).toBe(0);
      expect(await page.locator('.output table:visible').allTextContents()).toEqual([expect.stringMatching(/SYNTHETIC DATA[^]*45\.71/), expect.stringMatching(/SYNTHETIC DATA[^]*testAccuracy/)]);
    };
    await expectAll();
    await unroll(page);
    await screenshot(page, 'classic-run-all');
    await save(page);
    await page.reload();
    await waitForKernel(page);
    expect(await isTrusted(page)).toBe(true);
    await expectAll();
    await unroll(page);
    await screenshot(page, 'classic-opened-again');
    expect({ errors, refused }).toEqual({ errors: [], refused: [] });
    await page.context().close();
  }, 120_000);

  test('interrupting the training leaves the kernel and the history', async () => {
    await sandbox.copyNotebook('02-figure-3', { stepSize: 5000 }, 'interrupted');
    const { page, errors, refused } = await open('interrupted');
    const states = await watchGrowth(page);
    await runAll(page);
    await page.waitForFunction(() => (window as unknown as Watched).growth.some(({ points }) => points >= 20));
    await interrupt(page);
    await waitForIdle(page);
    await unroll(page);
    await screenshot(page, 'classic-interrupted');

    const seen = (await states()).at(-1)!.points;
    const kept = Number(await runInNewCell(page, 'history.length'));
    expect(kept).toBeGreaterThanOrEqual(seen);
    expect(kept).toBeLessThan(10_000);
    expect((await waitForFigures(page, 2))[1].points).toEqual(Array(6).fill(kept));
    expect(await page.locator('.output', { hasText: new RegExp(`· ${kept - 1}/10,000 · in [\\d.]+ s · interrupted · `) }).count()).toBe(1);
    expect(await page.locator('progress').count()).toBe(0);
    // The cells after it were not run.
    expect(await page.locator('.output table').count()).toBe(0);
    expect({ errors, refused }).toEqual({ errors: [], refused: [] });
    await page.context().close();
  }, 120_000);
});

test.skipIf(present)('JUPYTER OR CHROMIUM IS NOT INSTALLED: no live Notebook was tried', () => undefined);

/** What was to be seen at one time of the figure of learning curves while its progress bar moved. */
interface State {
  /** The element that the figure was drawn in, by order of appearance. */
  readonly graph: number;
  readonly points: number;
  /** Of the progress bar, 0 to 1. */
  readonly done: number;
}

/** The page's window once `watchGrowth` was called. */
interface Watched {
  readonly growth: readonly State[];
}

/** From now on looks fifty times a second at the figure that grows. The function returned hands out what was seen. */
async function watchGrowth(page: Page): Promise<() => Promise<readonly State[]>> {
  await page.evaluate(() => {
    const growth: State[] = [];
    const graphs: Element[] = [];
    Object.assign(window, { growth });
    setInterval(() => {
      const graph = Array.from(document.querySelectorAll<Element & { data: { x: unknown[] }[] }>('.js-plotly-plot')).find(({ data }) => data.length === 6);
      const bar = document.querySelector('progress');
      if (graph === undefined || bar === null) return;
      if (!graphs.includes(graph)) graphs.push(graph);
      growth.push({ graph: graphs.indexOf(graph), points: graph.data[0].x.length, done: bar.value });
    }, 20);
  });
  return () => page.evaluate(() => (window as unknown as Watched).growth);
}
