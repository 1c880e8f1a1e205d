import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const chromiumIsHere = existsSync(executablePath);

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page that reaches only what is allowed, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Uncaught errors and console errors, but for those that tell of a refused request. */
  readonly errors: string[];
  /** Addresses that the page asked for and did not get. */
  readonly refused: string[];
}

/**
 * Opens an empty page from which only addresses that begin with `allowed` can be reached. Console errors that match `foreign`
 * are somebody else's.
 */
export async function newPage(browser: Browser, allowed: string, { foreign = /^$/, ...options }: BrowserContextOptions & { readonly foreign?: RegExp }): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const [errors, refused]: [string[], string[]] = [[], []];
  await context.route((url) => !url.href.startsWith(allowed) && !/^(data|blob):/.test(url.protocol), (route) => {
    refused.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    const text = `${message.text()} (${message.location().url})`;
    if (message.type() === 'error' && !refused.includes(message.location().url) && !foreign.test(text)) errors.push(text);
  });
  return { page, errors, refused };
}

/** A picture of the page for people to look at. */
export async function screenshot(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  await page.screenshot({ path: path.join(__dirname, 'screenshots', `${name}.png`), fullPage });
}

/** What a drawn figure shows. */
export interface DrawnFigure {
  readonly text: string;
  /** Traces with a line that has a length on the screen. */
  readonly lines: number;
  /** The numbers of points of the traces. */
  readonly points: readonly number[];
}

/** The figures of a page that Plotly has drawn, from top to bottom. */
export function drawnFigures(page: Page): Promise<DrawnFigure[]> {
  return page.evaluate(() => Array.from(document.querySelectorAll<HTMLElement & { data: { x: unknown[] }[] }>('.js-plotly-plot')).map((graph) => ({
    text: graph.textContent,
    lines: Array.from(graph.querySelectorAll<SVGPathElement>('.scatterlayer path.js-line')).filter((line) => line.getTotalLength() > 50 && line.getBoundingClientRect().width > 50).length,
    points: graph.data.map(({ x }) => x.length),
  })));
}

/** Waits until so many figures are drawn, and returns them. */
export async function waitForFigures(page: Page, count: number): Promise<DrawnFigure[]> {
  await page.waitForFunction((wanted) => document.querySelectorAll('.js-plotly-plot .main-svg .cartesianlayer').length === wanted, count);
  return drawnFigures(page);
}

/** How far the page itself could be scrolled sideways, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Outputs and tables that do not fit into the page's column, so that one would have to scroll them, by the beginning of their text. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => Array.from(document.querySelectorAll<HTMLElement>('.output, .wide'))
    .filter((element) => element.scrollWidth > element.clientWidth)
    .map((element) => element.innerText.slice(0, 60)));
}

/** Texts of figures that are cut off, because they reach beyond their figure by more than a pixel or two. */
export function cutTexts(page: Page, tolerance = 2): Promise<string[]> {
  return page.evaluate((within) => Array.from(document.querySelectorAll<SVGTextElement>('.main-svg text')).filter((text) => {
    const [inner, outer] = [text.getBoundingClientRect(), text.closest('.main-svg')!.getBoundingClientRect()];
    return Math.max(outer.left - inner.left, inner.right - outer.right, outer.top - inner.top, inner.bottom - outer.bottom) > within;
  }).map((text) => text.textContent), tolerance);
}
