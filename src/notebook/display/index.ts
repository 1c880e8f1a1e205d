export { figureHtml, plotlyHtml, type FigureHtmlOptions } from './figure-html';
export { liveFigure, type LiveFigure } from './live-figure';
export { progress, type Progress, type ProgressOptions } from './progress';
export { result, type Json } from './result';
export { resultMimeType } from '../result-mime-type';
export { show, type Showable } from './show';
export { watch, type Measurements, type WatchOptions } from './watch';
export { watchSearch, type WatchSearchOptions } from './watch-search';
