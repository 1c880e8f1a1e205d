import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumIsHere, cutTexts, desktop, launchChromium, newPage, phone, screenshot, waitForFigures } from './browser';
import { jupyter, makeSandbox, type Sandbox } from './sandbox';

// The page that `jupyter nbconvert --to html --execute` makes of a notebook, opened without a network.

const present = existsSync(jupyter) && chromiumIsHere;

describe.runIf(present)('the page that nbconvert exports', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let file: string;
  beforeAll(async () => {
    sandbox = await makeSandbox();
    file = await sandbox.copyNotebook('02-figure-3', { quick: true });
    const { status, stderr } = spawnSync(jupyter, ['nbconvert', '--to', 'html', '--execute', file], { encoding: 'utf8', env: sandbox.environment });
    expect(status, stderr).toBe(0);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    const left = sandbox.processes();
    sandbox.remove();
    expect(left).toEqual([]);
  });

  // Debian's template takes MathJax and RequireJS from this machine, others from the network: once with them, once without.
  test.each([
    ['desktop', desktop, { withScripts: true }],
    ['phone', phone, { withScripts: false }],
  ] as const)('shows live figures offline on a %s', async (name, viewport, { withScripts }) => {
    const address = pathToFileURL(file.replace(/ipynb$/, 'html')).href;
    const { page, errors, refused } = await newPage(browser, withScripts ? 'file:' : address, { viewport });
    await page.goto(address);
    const [rate, curves] = await waitForFigures(page, 2);
    await screenshot(page, `exported-${name}`, { fullPage: true });

    expect(rate).toMatchObject({ lines: 1, points: [101] });
    // Cost, loss and accuracy of both parts at update 0 and, a tenth of an epoch being less than an update, after each of 100 updates.
    expect(curves).toMatchObject({ lines: 6, points: Array(6).fill(101) });
    // The figure of the learning rate is made from no data.
    expect(curves.text).toContain('SYNTHETIC DATA');
    expect(await cutTexts(page)).toEqual([]);
    expect(await page.locator('img').count()).toBe(2);
    expect(await page.locator('img:visible').count()).toBe(0);
    expect(await page.locator('table:visible').allTextContents()).toEqual([expect.stringMatching(/SYNTHETIC DATA[^]*45\.71/), expect.stringMatching(/SYNTHETIC DATA[^]*testAccuracy/)]);
    expect(errors).toEqual([]);
    // Nothing of ours asks for anything.
    const ofTheTemplate = /^(file:\/\/\/usr\/share\/javascript|https:\/\/cdnjs\.cloudflare\.com\/ajax\/libs)\/(requirejs|require\.js|mathjax|jquery)\//;
    expect(refused.filter((asked) => !ofTheTemplate.test(asked))).toEqual([]);
  });
});

test.skipIf(present)('JUPYTER OR CHROMIUM IS NOT INSTALLED: exported pages were not looked at', () => undefined);
