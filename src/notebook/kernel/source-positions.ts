import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { projectRoot } from './project';

/** A place in a text; lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const inlineMap = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
const trailingMap = /\n?\/\/# sourceMappingURL=[^\n]*\s*$/;

/** Takes the inline source map off the end of JavaScript. */
export function takeInlineMap(code: string): { code: string; map: SourceMapPayload | undefined } {
  const found = inlineMap.exec(code);
  if (found === null) return { code, map: undefined };
  const map = JSON.parse(Buffer.from(found[1]!, 'base64').toString('utf8')) as SourceMapPayload;
  return { code: code.slice(0, found.index), map };
}

/** Takes the comment that names a source map off the end of JavaScript. */
export function dropMapComment(code: string): string {
  return code.replace(trailingMap, '');
}

/** The name under which the code of cell `count` appears in V8's stack traces. */
export const cellFile = (count: number) => `clr-lab-cell-${count}`;

interface CellCode {
  readonly source: string;
  /** How many lines of JavaScript it became; tslab adds some after them. */
  readonly lines: number;
  /** Not taken apart before an error asks: a long session has thousands of cells. */
  readonly maps: readonly SourceMapPayload[];
}

const cells = new Map<number, CellCode>();

/** Remembers how the JavaScript of a cell came from its source: the source maps from last to first. */
export function rememberCell(count: number, source: string, code: string, maps: readonly SourceMapPayload[]): void {
  // The maps repeat the source that they are of.
  cells.set(count, { source, lines: code.trimEnd().split('\n').length, maps: maps.map((map) => ({ ...map, sourcesContent: [] })) });
}

/** Where in the source of cell `count` a place in its JavaScript comes from. */
function cellPosition(count: number, line: number, column: number): Position | undefined {
  const cell = cells.get(count);
  if (cell === undefined || line > cell.lines) return undefined;
  let place = { line: line - 1, column: column - 1 };
  for (const map of cell.maps) {
    const entry = new SourceMap(map).findEntry(place.line, place.column);
    if (!('originalLine' in entry)) return undefined;
    place = { line: entry.originalLine, column: entry.originalColumn };
  }
  // tslab puts one line before the source, so counting from 0 with it is counting from 1 without.
  return place.line < 1 ? undefined : { line: place.line, column: place.column + 1 };
}

/** A few lines of `source` around `position`, the line itself marked. */
export function excerpt(source: string, position: Position): string {
  const lines = source.split('\n');
  const first = Math.max(1, position.line - 2);
  const last = Math.min(lines.length, position.line + 1);
  const width = String(last).length;
  const shown: string[] = [];
  for (let line = first; line <= last; line++) {
    shown.push(`${line === position.line ? '>' : ' '} ${String(line).padStart(width)} | ${lines[line - 1]}`.trimEnd());
    if (line === position.line) shown.push(`  ${' '.repeat(width)} | ${' '.repeat(position.column - 1)}^`);
  }
  return shown.join('\n');
}

const fileMaps = new Map<string, SourceMap | undefined>();

/** The place in src/ that a place in a built file of dist/ comes from, as `src/…:line:column`. */
function builtPosition(file: string, line: number, column: number): string | undefined {
  if (!fileMaps.has(file)) {
    let map: SourceMap | undefined;
    try {
      map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload);
    } catch {
      map = undefined; // a file without a map is shown as it is
    }
    fileMaps.set(file, map);
  }
  const entry = fileMaps.get(file)?.findEntry(line - 1, column - 1);
  if (entry === undefined || !('originalLine' in entry)) return undefined;
  const source = path.resolve(path.dirname(file), entry.originalSource);
  return `${relative(source)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}

const relative = (file: string) => path.relative(projectRoot, file).replaceAll('\\', '/');

const ofKernel = /node:|[\\/]notebook[\\/](kernel|execute)[\\/]|[\\/]node_modules[\\/]tslab[\\/]|<anonymous>$|evalmachine/;

/** One line of a stack trace as the reader should see it; undefined for the machinery around the cell. */
function readableFrame(frame: string): { text: string; cell?: { count: number; position: Position } } | undefined {
  const parts = /^\s*at (?:(.*) \()?(?:file:\/\/)?(.*):(\d+):(\d+)\)?$/.exec(frame);
  if (parts === null) return undefined;
  const [, name, file, line, column] = parts as unknown as [string, string | undefined, string, string, string];
  const cell = /clr-lab-cell-(\d+)$/.exec(file);
  if (cell !== null) {
    const count = Number(cell[1]);
    const position = cellPosition(count, Number(line), Number(column));
    if (position === undefined) return undefined;
    // The variables of other cells are properties of an object.
    const named = name === undefined || /eval|<anonymous>/.test(name) ? '' : ` in ${name.replace(/^(Proxy|Object|exports)\./, '')}`;
    return { text: `    at cell [${count}], line ${position.line}${named}`, cell: { count, position } };
  }
  if (ofKernel.test(file)) return undefined;
  const inside = file.startsWith(projectRoot);
  const place = (inside ? builtPosition(file, Number(line), Number(column)) : undefined)
    ?? `${inside ? relative(file) : file}:${line}:${column}`;
  return { text: name === undefined ? `    at ${place}` : `    at ${name} (${place})` };
}

/** Where in a cell an error arose, and the frames of its stack that lie in cells and modules, not in the kernel. */
export interface ReadableStack {
  readonly frames: readonly string[];
  /** The lines of the innermost cell around the place; undefined if no cell is on the stack. */
  readonly excerpt: string | undefined;
}

/** Reads the `stack` of an error for the reader of a notebook; at most `framesShown` frames. */
export function readableStack(stack: string, framesShown = 12): ReadableStack {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const frames = lines.map(readableFrame).filter((frame) => frame !== undefined);
  const cell = frames.find((frame) => frame.cell !== undefined)?.cell;
  const source = cell === undefined ? undefined : cells.get(cell.count)?.source;
  return {
    frames: frames.slice(0, framesShown).map((frame) => frame.text),
    excerpt: cell === undefined || source === undefined ? undefined : excerpt(source, cell.position),
  };
}
