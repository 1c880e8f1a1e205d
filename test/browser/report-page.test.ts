import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumIsHere, cutTexts, desktop, launchChromium, newPage, overflow, phone, screenshot, tooWide, waitForFigures } from './browser';
import { makeSandbox, type Sandbox } from './sandbox';

// The page that `npm run report` makes, on a wide and on a narrow screen.

describe.runIf(chromiumIsHere)('the report page', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let address: string;
  beforeAll(async () => {
    sandbox = await makeSandbox();
    const output = path.join(sandbox.folder, 'report');
    const { status, stdout, stderr } = spawnSync('npm', ['run', 'report', '--', '--only', 'data', '--only', 'figure-3', '--set', 'quick=true', '--output', output], {
      cwd: path.join(__dirname, '..', '..'), encoding: 'utf8', env: sandbox.environment, shell: process.platform === 'win32',
    });
    expect(status, stdout + stderr).toBe(0);
    address = pathToFileURL(path.join(output, 'index.html')).href;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    sandbox.remove();
  });

  test.each([['desktop', desktop], ['phone', phone]] as const)('is whole on a %s, without a network', async (name, viewport) => {
    const { page, errors, refused } = await newPage(browser, address, { viewport });
    await page.goto(address);
    const [pixels, rate, curves] = await waitForFigures(page, 3);
    await screenshot(page, `report-${name}`, { fullPage: true });

    expect(pixels).toMatchObject({ lines: 3, points: [256, 256, 256], text: expect.stringContaining('SYNTHETIC DATA') as string });
    expect(rate).toMatchObject({ lines: 1, points: [101] });
    expect(curves).toMatchObject({ lines: 6, points: Array(6).fill(101), text: expect.stringContaining('SYNTHETIC DATA') as string });
    // The pictures of the three figures are hidden; the class grid and the mean image are pictures.
    expect(await page.locator('img').count()).toBe(5);
    expect(await page.locator('img:visible').count()).toBe(2);
    expect(await page.locator('header').innerText()).toContain('SYNTHETIC DATA');
    expect(await cutTexts(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(await tooWide(page)).toEqual([]);
    expect({ errors, refused }).toEqual({ errors: [], refused: [] });
    await page.context().close();
  });
});

test.skipIf(chromiumIsHere)('CHROMIUM IS NOT INSTALLED: the report page was not looked at', () => undefined);
