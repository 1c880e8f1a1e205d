import { readFileSync } from 'node:fs';
import type { DOMWindow } from 'jsdom';
import type { Figure } from '../../figures/figure';
import { random } from '../../random/random';
import { boundingBox, clientBox, textLength, type Box } from './measure';

export interface RenderSize {
  /** In pixels. Default: the layout's width, else 960. */
  width?: number;
  /** In pixels. Default: the layout's height, else 380. */
  height?: number;
}

/** The part of Plotly that is used here. */
interface Plotly {
  newPlot(div: Element, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  purge(div: Element): void;
  Snapshot: { toSVG(div: Element, format: 'svg', scale: number): string };
}

let stage: { readonly div: Element; readonly plotly: Plotly; readonly math: Math } | undefined;

/**
 * Draws a figure as SVG with Plotly itself, in jsdom: no browser, no network.
 *
 * The first call loads jsdom and Plotly, which takes half a second; others take some tens of milliseconds.
 */
export function renderSvg(figure: Figure, size: RenderSize = {}): string {
  const { div, plotly, math } = (stage ??= openStage());
  // Plotly draws the names of clip paths and traces at random. The same ones in every figure: jsdom keeps the elements of every selector that it ever saw.
  const draws = random(1, 'names in an SVG');
  math.random = () => draws.uniform();
  const width = size.width ?? figure.layout.width ?? 960;
  const height = size.height ?? figure.layout.height ?? 380;
  // Plotly writes defaults into what it is given: it gets a copy. It draws at once; the promise is for maps and web fonts.
  const { data, layout } = JSON.parse(JSON.stringify(figure)) as Figure;
  plotly.newPlot(div, data, { ...layout, width, height, autosize: false }, { staticPlot: true }).catch(() => undefined);
  try {
    return plotly.Snapshot.toSVG(div, 'svg', 1);
  } finally {
    plotly.purge(div);
  }
}

function openStage(): NonNullable<typeof stage> {
  // Loaded here, since only drawing needs them.
  const { JSDOM } = require('jsdom') as typeof import('jsdom');
  const { window } = new JSDOM('<!doctype html><div id="figure"></div>', { runScripts: 'outside-only' });
  measureByFont(window);
  window.eval(readFileSync(require.resolve('plotly.js-cartesian-dist-min'), 'utf8'));
  const { Plotly: plotly, Math: math } = window as unknown as { readonly Plotly: Plotly; readonly Math: Math };
  return { div: window.document.getElementById('figure')!, plotly, math };
}

function measureByFont(window: DOMWindow): void {
  const rectangle = ({ left, top, right, bottom }: Box): object =>
    ({ x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top });
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: Element) { return rectangle(boundingBox(this)); },
    getComputedTextLength(this: Element) { return textLength(this); },
    getBoundingClientRect(this: Element) { return rectangle(clientBox(this)); },
  });
  Object.assign(window.URL, { createObjectURL: () => '' });
}
