import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { imageGrid } from '../../src/figures';
import { renderPng, renderSvg } from '../../src/notebook/static';
import { textWidth } from '../../src/notebook/static/text-metrics';
import { examples } from '../figures/examples';

/** Share of pixels that are not white. */
function inked(png: PNG): number {
  let count = 0;
  for (let i = 0; i < png.data.length; i += 4) if (png.data[i]! + png.data[i + 1]! + png.data[i + 2]! < 720) count++;
  return count / (png.width * png.height);
}

describe('renderPng', () => {
  test.each(Object.entries(examples))('%s: the right size, not blank, small', (_name, figure) => {
    const bytes = renderPng(figure, { width: 900 });
    const png = PNG.sync.read(bytes);
    expect([png.width, png.height]).toEqual([1800, 2 * figure.layout.height!]);
    expect(inked(png)).toBeGreaterThan(0.005);
    expect(bytes.length).toBeLessThan(90_000);
  });

  test('the same figure gives the same bytes, and is left as it was', () => {
    const figure = examples['learning-curves']!;
    const before = JSON.stringify(figure);
    expect(renderPng(figure).equals(renderPng(figure))).toBe(true);
    expect(JSON.stringify(figure)).toBe(before);
  });

  test('pictures have their own size', () => {
    const picture = imageGrid(new Uint8Array(3072 * 3).fill(90), { columns: 3 });
    const png = PNG.sync.read(renderPng(picture, { scale: 1 }));
    expect([png.width, png.height]).toEqual([picture.width, picture.height]);
    expect(inked(png)).toBeGreaterThan(0.7);
  });
});

describe('renderSvg', () => {
  test('holds titles, labels and curves', () => {
    const svg = renderSvg(examples['learning-curves']!);
    for (const text of ['Figure 3', 'Cost', 'Loss', 'Accuracy', 'epoch', 'training', 'validation']) expect(svg).toContain(`>${text}<`);
    expect(svg.match(/class="js-line"/g)!.length).toBeGreaterThanOrEqual(6);
  });

  test('labels keep clear of each other: ticks of the y axis end left of the axis', () => {
    const svg = renderSvg(examples['lines-log-log']!);
    const axis = Number(/class="ytick"><text text-anchor="end" x="([\d.]+)"/.exec(svg)?.[1]);
    const title = Number(/class="ytitle"[^>]*x="(-?[\d.]+)"/.exec(svg)?.[1] ?? /<text[^>]*class="ytitle"[^>]* x="(-?[\d.]+)"/.exec(svg)?.[1]);
    expect(axis).toBeGreaterThan(title + 20);
  });
});

test('text is as wide as in Arial', () => {
  // Advance widths of Arial, in 2048ths: H 1479, e 1139, l 455, o 1139.
  expect(textWidth('Hello', 2048)).toBeCloseTo(1479 + 1139 + 455 + 455 + 1139, 6);
  expect(textWidth('λη−', 16)).toBeGreaterThan(20);
  expect(textWidth('Hello', 10, true)).toBeGreaterThan(textWidth('Hello', 10));
});
