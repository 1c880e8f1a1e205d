import type { Figure } from '../../figures/figure';
import { isDisplaying } from '../outputs';
import { renderPng } from '../static/render-png';
import { slot, type Slot } from './displays';
import { figureHtml, plotlyHtml, pngSize } from './figure-html';
import { stampFigure } from './stamp';

/** A figure in a cell, which can grow. */
export interface LiveFigure {
  /** Shows this state, live only. Cheap: some JSON, no picture. Returns whether a kernel took it. */
  update(figure: Figure): boolean;
  /** Shows the last state, live and as a picture for viewers that run no scripts. */
  finish(figure: Figure): boolean;
}

/** Pixels of a static picture per pixel of the figure. */
const scale = 2;

/**
 * The display that carries Plotly, and what it shows without it. Plotly is in one output of a notebook: that of the figure
 * finished last. If it stayed with the first one, running that cell again would leave a notebook without it.
 */
let carrier: { readonly display: Slot; readonly html: string } | undefined;

/** A place for a figure: first a picture, then the live figure, which hides it where scripts run. */
export function liveFigure(): LiveFigure {
  const pictureSlot = slot();
  const display = slot();
  let first = true;
  return {
    update(given) {
      const figure = stampFigure(given);
      // The last state has no key, so that what is saved does not depend on it.
      const html = figureHtml(figure, { key: display.id });
      if (first) pictureSlot.set({ 'text/html': '' });
      const shown = display.set({ 'text/html': first ? html + plotlyHtml() : html });
      first = false;
      return shown;
    },
    finish(given) {
      if (!isDisplaying()) return false;
      const figure = stampFigure(given);
      const picture = renderPng(figure, { scale });
      pictureSlot.set(...pictureBundle(picture));
      const html = figureHtml(figure, { picture });
      if (carrier !== undefined && carrier.display !== display) carrier.display.set({ 'text/html': carrier.html });
      carrier = { display, html };
      return display.set({ 'text/html': html + plotlyHtml() });
    },
  };
}

/** A PNG as an output: its content, and the size at which it is shown. */
export function pictureBundle(png: Buffer): [data: Record<string, unknown>, metadata: Record<string, unknown>] {
  const { width, height } = pngSize(png);
  return [{ 'image/png': png.toString('base64') }, { 'image/png': { width: Math.round(width / scale), height: Math.round(height / scale) } }];
}
