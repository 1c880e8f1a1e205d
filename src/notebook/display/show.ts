import type { Figure } from '../../figures/figure';
import type { Picture } from '../../figures/picture';
import { fromDataFrame, toHtml, toText, type FrameLike, type Table } from '../../tables';
import { displayData, isDisplaying } from '../outputs';
import { renderPng } from '../static/render-png';
import { print } from './displays';
import { liveFigure, pictureBundle } from './live-figure';
import { stampPicture, stampTable } from './stamp';

export type Showable = Figure | Picture | Table | FrameLike;

/**
 * Shows figures (live, and as a picture where no scripts run), pictures, tables and Danfo data frames below the running cell.
 * In a plain Node process tables are printed, and of the rest the title.
 *
 * Throws a TypeError for anything else.
 */
export function show(...things: readonly Showable[]): void {
  for (const thing of things) showOne(thing);
}

function showOne(thing: Showable): void {
  if (isFigure(thing)) {
    if (!liveFigure().finish(thing)) print(`[figure: ${thing.layout.title?.text ?? 'no title'}]`);
  } else if (isPicture(thing)) {
    if (!displayPicture(stampPicture(thing))) print(`[picture: ${thing.title}]`);
  } else if (isTable(thing)) showTable(thing);
  else if (isFrame(thing)) showTable(fromDataFrame(thing));
  else throw new TypeError(`show: ${describe(thing)}; a figure, a picture, a table or a Danfo data frame is needed`);
}

function showTable(given: Table): void {
  const table = stampTable(given);
  if (!displayData({ 'text/html': toHtml(table), 'text/plain': toText(table) })) print(toText(table));
}

function displayPicture(picture: Picture): boolean {
  if (!isDisplaying()) return false;
  const [data, metadata] = pictureBundle(renderPng(picture));
  return displayData(data, { metadata });
}

const has = (thing: unknown, ...keys: string[]): boolean => typeof thing === 'object' && thing !== null && keys.every((key) => key in thing);

function isFigure(thing: unknown): thing is Figure {
  return has(thing, 'data', 'layout');
}

function isPicture(thing: unknown): thing is Picture {
  return has(thing, 'svg', 'width', 'height');
}

function isTable(thing: unknown): thing is Table {
  return has(thing, 'columns', 'rows', 'text', 'align');
}

function isFrame(thing: unknown): thing is FrameLike {
  return has(thing, 'columns', 'values');
}

function describe(thing: unknown): string {
  return thing instanceof Promise ? 'a promise was given; await it' : `${typeof thing} was given`;
}
