import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumIsHere, launchChromium, newPage, overflow, type WatchedPage } from '../browser/browser';
import { type TestExplorer, testExplorer } from './explorer';
import { join } from 'node:path';

const screens = [{ name: 'desktop', width: 1440, height: 900 }, { name: 'tablet', width: 1024, height: 768 }, { name: 'phone', width: 390, height: 844 }] as const;

/** The hue-free content of all curves of the middle figure: how many points each trace has. */
function points(page: Page): Promise<number> {
  return page.evaluate(() => {
    const graph = document.querySelector<HTMLElement & { data?: { x: unknown[] }[] }>('.curves .plot');
    return (graph?.data ?? []).reduce((sum, { x }) => sum + x.length, 0);
  });
}

/** An expectation that may come true in a while. */
const until = <T>(value: () => T) => expect.poll(value, { timeout: 15_000, interval: 20 });

async function setNumber(page: Page, key: string, value: string): Promise<void> {
  await page.fill(`[data-number=${key}]`, value);
  await page.press(`[data-number=${key}]`, 'Enter');
}

const waitForState = (page: Page, state: string) => page.waitForSelector(`[data-job][data-state=${state}]`);

describe.runIf(chromiumIsHere)('the page, in Chromium', () => {
  let explorer: TestExplorer;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  let origin: string;

  beforeAll(async () => {
    [explorer, browser] = await Promise.all([testExplorer(), launchChromium()]);
    origin = new URL(explorer.server.url).origin;
    watched = await newPage(browser, origin, { viewport: screens[0], acceptDownloads: true });
    page = watched.page;
    await page.goto(explorer.server.url);
    await page.waitForSelector('.connection.open');
  });
  afterAll(async () => {
    await browser?.close();
    await explorer?.close();
  });

  it('previews the learning rate while one drags, and keeps the settings in the address', async () => {
    const slider = page.locator('[data-slider=etaMax]');
    const peak = () => page.evaluate(() => Math.max(...(document.querySelector('.preview .plot') as HTMLElement & { data: { y: number[] }[] }).data[0].y));
    const before = await peak();
    const box = (await slider.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await until(peak).not.toBe(before);
    const dragged = Number(await page.inputValue('[data-number=etaMax]'));
    expect(dragged).toBeGreaterThan(1e-4);
    expect(dragged).toBeLessThan(0.1);
    await until(peak).toBeCloseTo(dragged, 6);
    await until(() => page.url()).toContain(`etaMax=${dragged}`);
  });

  it('offers what goes beyond the report, folded away until it is used', async () => {
    const beyond = page.locator('.beyond');
    expect(await beyond.getByLabel('optimiser').isVisible()).toBe(false);
    await beyond.locator('summary').click();
    await beyond.getByLabel('optimiser').selectOption('nesterov');
    await beyond.getByLabel('flip images').check();
    await until(() => page.url()).toMatch(/optimiser=nesterov.*flip=true/);
    await until(() => beyond.locator('summary').innerText()).toBe('beyond the report (2)');
    await beyond.getByLabel('optimiser').selectOption('sgd');
    await beyond.getByLabel('flip images').uncheck();
    await until(() => page.url()).not.toMatch(/optimiser|flip/);
    await beyond.locator('summary').click();
    expect(await beyond.getByLabel('optimiser').isVisible()).toBe(false);
  });

  it('runs, with the first point within a second', async () => {
    await setNumber(page, 'etaMax', '0.02');
    await setNumber(page, 'stepSize', '150');
    await setNumber(page, 'batchSize', '50');
    // The threads of a fresh server start with the first run; people meet them then, too.
    const started = Date.now();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await until(() => points(page)).toBeGreaterThan(0);
    const seconds = (Date.now() - started) / 1000;
    await waitForState(page, 'done');
    expect(await page.locator('table.runs tbody tr').count()).toBe(1);
    expect(await page.locator('.weights canvas').count()).toBe(50);
    expect(await page.locator('.confusion td').allInnerTexts().then((texts) => texts.reduce((sum, text) => sum + Number(text), 0))).toBe(300);
    expect(await page.locator('.wrong li').count()).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(process.env['CLR_LAB_TEST_TIMES'] ? 1 : 10);
  });

  it('pauses, resumes, goes on after a reload and in a second page, and stops', async () => {
    await setNumber(page, 'stepSize', '5000');
    await setNumber(page, 'cycles', '10');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await waitForState(page, 'running');
    const grown = await points(page);
    await until(() => points(page)).toBeGreaterThan(grown);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await waitForState(page, 'paused');
    // The last points may still have to be drawn: drawing has a share of the time.
    let paused = NaN;
    await until(async () => {
      paused = await points(page);
      await page.waitForTimeout(1000);
      return (await points(page)) - paused;
    }).toBe(0);

    const second = await newPage(browser, origin, { viewport: screens[0] });
    await second.page.goto(page.url());
    await waitForState(second.page, 'paused');
    await second.page.getByRole('button', { name: 'Resume', exact: true }).click();
    await waitForState(page, 'running');
    await until(() => points(page)).toBeGreaterThan(paused);
    expect(second.errors).toEqual([]);
    await second.page.close();

    await page.reload();
    await waitForState(page, 'running');
    await until(() => points(page)).toBeGreaterThan(paused);
    expect(await page.inputValue('[data-number=stepSize]')).toBe('5000');

    // A queued one waits, and can be taken out.
    await page.getByRole('button', { name: 'Queue', exact: true }).click();
    await waitForState(page, 'queued');
    await page.getByRole('button', { name: 'Take this job out of the queue' }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await until(() => page.locator('[data-job][data-state=running]').count()).toBe(0);
    await until(() => page.locator('[data-job][data-state=stopped]').count()).toBe(2);
  });

  it('answers within 100 ms while it trains', async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await waitForState(page, 'running');
    const slowest = await page.evaluate(async () => {
      let longest = 0;
      for (let i = 0; i < 40; i++) {
        const started = performance.now();
        await (await fetch('alive.gif')).blob();
        longest = Math.max(longest, performance.now() - started);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return longest;
    });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await until(() => page.locator('[data-job][data-state=running]').count()).toBe(0);
    expect(slowest).toBeLessThan(process.env['CLR_LAB_TEST_TIMES'] ? 100 : 1000);
  });

  it('keeps what is being typed while it trains', async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await waitForState(page, 'running');
    const size = page.locator('[data-number=batchSize]');
    await size.fill('7');
    const grown = await points(page);
    await until(() => points(page)).toBeGreaterThan(grown);
    expect(await size.inputValue()).toBe('7');
    await size.fill('no number');
    await size.press('Enter');
    await until(() => size.inputValue()).toBe('50');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await until(() => page.locator('[data-job][data-state=running]').count()).toBe(0);
  });

  it('searches for lambda, with a line for each trial', async () => {
    await setNumber(page, 'stepSize', '40');
    await setNumber(page, 'cycles', '1');
    await page.locator('.searches summary').click();
    await page.getByLabel('how many values of lambda').fill('4');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.locator('.searches summary').click();
    await page.waitForFunction(() => document.querySelectorAll('table.runs tbody tr').length === 5, undefined, { timeout: 30_000 });
    await until(() => page.locator('.parallel path').count()).toBe(5);
  });

  it('overlays runs, sorts, brushes and renames', async () => {
    const rows = page.locator('table.runs tbody tr');
    for (const row of [0, 1, 2]) await rows.nth(row).locator('td.strong').click();
    await until(() => page.locator('.legend li').count()).toBeGreaterThan(3);
    await until(() => page.url()).toContain('overlay=');

    await page.getByRole('button', { name: 'val. acc.' }).click();
    const values = (await page.locator('table.runs td.strong').allInnerTexts()).map(Number.parseFloat);
    expect(values).toEqual([...values].sort((a, b) => b - a));

    await page.locator('[data-axis=lambda] .handle').focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowUp');
    await until(() => rows.count()).toBeLessThan(5);
    await page.keyboard.press('Escape');
    await until(() => rows.count()).toBe(5);

    const name = '<img src=x onerror="document.title=1"><b>bold</b>';
    const field = page.locator('table.runs tr.overlaid .name').first();
    await field.fill(name);
    await field.press('Enter');
    await until(() => page.locator('.legend .label').allInnerTexts()).toContain(name);
    expect(await page.locator('.legend b, .legend img, .plot b').count()).toBe(0);
    expect(await page.title()).toBe('clr-lab explorer');
  });

  it('finds learning rates and applies them', async () => {
    await page.getByRole('button', { name: 'LR range test' }).click();
    await page.getByRole('button', { name: 'Apply' }).click({ timeout: 30_000 });
    const rates = await Promise.all(['etaMin', 'etaMax'].map((key) => page.inputValue(`[data-number=${key}]`).then(Number)));
    expect(rates[0]).toBeLessThan(rates[1]);
    expect(rates[1]).toBeGreaterThan(0);
  });

  it('exports curves and runs as CSV, and a run as a cell', async () => {
    const row = page.locator('table.runs tbody tr').first();
    const [curve] = await Promise.all([page.waitForEvent('download'), row.getByRole('button', { name: 'Save its curves as CSV' }).click()]);
    const lines = readFileSync((await curve.path())!, 'utf8').trim().split('\n');
    expect(lines[0]).toMatch(/^update,epoch,eta,train_cost/);
    expect(['80', '300']).toContain(lines.at(-1)!.split(',')[0]);
    const [table] = await Promise.all([page.waitForEvent('download'), page.locator('.table-part header .push').click()]);
    expect(readFileSync((await table.path())!, 'utf8').trim().split('\n')).toHaveLength(6);
    await row.getByRole('button', { name: 'Show the notebook cell that repeats it' }).click();
    expect(await page.inputValue('dialog textarea')).toContain("from 'clr-lab'");
    await page.keyboard.press('Escape');
    await until(() => page.locator('dialog').count()).toBe(0);
  });

  it('shows a stored network, and deletes a run after asking', async () => {
    const row = page.locator('table.runs tbody tr').last();
    await row.getByRole('button', { name: 'Look at this network and its curves' }).click();
    await until(() => page.locator('.weights canvas').count()).toBe(50);
    page.once('dialog', (dialog) => void dialog.accept());
    await row.getByRole('button', { name: 'Delete this run' }).click();
    await until(() => page.locator('table.runs tbody tr').count()).toBe(4);
    expect(await explorer.store.list()).toHaveLength(4);
  });

  it('runs by the keyboard alone', async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await setNumber(page, 'seed', '7');
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Shift+Tab');
      if (await page.evaluate(() => document.activeElement?.textContent === 'Run')) break;
    }
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Run');
    await page.keyboard.press('Enter');
    await until(() => page.locator('table.runs tbody tr').count()).toBe(5);
  });

  it.each(screens)('fits a $name of $width × $height, light and dark', async ({ name, width, height }) => {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(__dirname, 'screenshots', `explorer-${name}-${colorScheme}.png`), fullPage: width < 800 });
    }
    expect(await overflow(page)).toBe(0);
    if (width >= 1000) expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(height);
    const titles = await page.locator('.curves .xtitle, .curves .x2title, .curves .x3title, .curves .x4title').allInnerTexts();
    expect(titles.length).toBeGreaterThanOrEqual(1);
  });

  it('made no errors, and asked for nothing from elsewhere', () => {
    expect(watched.errors).toEqual([]);
    expect(watched.refused).toEqual([]);
  });
});
