import type { Figure } from '../../figures/figure';
import type { Picture } from '../../figures/picture';
import { encodePng } from '../../figures/png';
import { renderSvg, type RenderSize } from './render-svg';
import { fontFiles } from './text-metrics';

export interface PngOptions extends RenderSize {
  /** Pixels of the PNG per pixel of the figure: 2 is crisp on a dense screen. Default 2. */
  scale?: number;
}

/** Draws a figure or a picture as PNG, on white, with no browser and no fonts but this project's. The same figure gives the same bytes. */
export function renderPng(shown: Figure | Picture, { scale = 2, ...size }: PngOptions = {}): Buffer {
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const image = new Resvg('svg' in shown ? shown.svg : renderSvg(shown, size), {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: false, fontFiles: Object.values(fontFiles), defaultFontFamily: 'Arimo' },
  }).render();
  return encodePng(image);
}
