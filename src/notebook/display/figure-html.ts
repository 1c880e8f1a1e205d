import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Figure } from '../../figures/figure';
import { drawFigure, unpackPlotly, type PageFigure } from './page-script';

export interface FigureHtmlOptions {
  /** The PNG that stands for the figure; the page hides it once the figure is drawn. Default none. */
  picture?: Buffer;
  /** Set while a figure grows, the same for all its states. Default none. */
  key?: string;
}

/**
 * HTML that draws a live figure in any page that has `plotlyHtml()` somewhere, before or after it. Where scripts do not run it
 * is an empty element. The same figure gives the same bytes.
 */
export function figureHtml({ data, layout }: Figure, { picture, key }: FigureHtmlOptions = {}): string {
  const content = JSON.stringify({ data, layout });
  const id = createHash('sha256').update(content).digest('hex').slice(0, 16);
  const figure: PageFigure = {
    id, data, layout: { ...layout },
    ...(key === undefined ? {} : { key }),
    ...(picture === undefined ? {} : { picture: { tail: picture.toString('base64').slice(-40), ...pngSize(picture) } }),
  };
  return `<div data-clr-lab-figure="${id}" style="width:100%"></div>${script(drawFigure, figure)}`;
}

let packed: string | undefined;

/** HTML that puts Plotly (basic bundle, 0.6 MB) into a page, for all its live figures. No network. */
export function plotlyHtml(): string {
  packed ??= gzipSync(readFileSync(require.resolve('plotly.js-basic-dist-min')), { level: 9 }).toString('base64');
  return script(unpackPlotly, packed).replace('<script>', plotlyTag);
}

const plotlyTag = '<script data-clr-lab-plotly>';

/** The HTML of an output without `plotlyHtml()`: a page of many notebooks needs it once. */
export function withoutPlotly(html: string): string {
  return html.replace(new RegExp(`${plotlyTag}.*?</script>`, 's'), '');
}

/** Width and height, in pixels, as a PNG's header says. */
export function pngSize(png: Buffer): { width: number; height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** A call of `run` in the page. In JSON, < is written as an escape, so that nothing in it can end the script. */
function script<T>(run: (argument: T) => unknown, argument: T): string {
  return `<script>(${run.toString()})(${JSON.stringify(argument).replaceAll('<', '\\u003c')})</script>`;
}
