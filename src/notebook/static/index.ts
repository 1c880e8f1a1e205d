export { renderPng, type PngOptions } from './render-png';
export { renderSvg, type RenderSize } from './render-svg';
