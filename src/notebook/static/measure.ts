import { ascent, descent, textWidth } from './text-metrics';

/** jsdom has no layout; these are the measurements that Plotly asks of a browser, worked out from attributes and font metrics. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Coefficients of x' = ax + cy + e, y' = bx + dy + f, as in SVG's matrix(a b c d e f). */
type Matrix = readonly [number, number, number, number, number, number];

const identity: Matrix = [1, 0, 0, 1, 0, 0];
const nothing: Box = { left: 0, top: 0, right: 0, bottom: 0 };

/** What an element covers in its own coordinates, as getBBox: its own transform left out. */
export function boundingBox(element: Element): Box {
  return contents(element) ?? nothing;
}

/** What an element covers in the coordinates of its outermost svg, as getBoundingClientRect of an svg at the page's origin. */
export function clientBox(element: Element): Box {
  let box = contents(element);
  if (box === undefined) return nothing;
  for (let e: Element | null = element; e !== null; e = e.parentElement) box = transformed(box, transformOf(e));
  return box;
}

/** Width of the text of a text or tspan element. */
export function textLength(element: Element): number {
  let width = 0;
  for (const node of Array.from(element.childNodes)) {
    if (node.nodeType === 3) width += textWidth(node.textContent ?? '', fontSize(element), isBold(element));
    else if (node.nodeType === 1) width += textLength(node as Element);
  }
  return width;
}

function contents(element: Element): Box | undefined {
  const number = (name: string): number => Number.parseFloat(element.getAttribute(name) ?? '') || 0;
  switch (element.tagName.toLowerCase()) {
    case 'text': return textBox(element);
    case 'rect':
    case 'image': return { left: number('x'), top: number('y'), right: number('x') + number('width'), bottom: number('y') + number('height') };
    case 'circle': return { left: number('cx') - number('r'), top: number('cy') - number('r'), right: number('cx') + number('r'), bottom: number('cy') + number('r') };
    case 'path': return pathBox(element.getAttribute('d') ?? '');
    case 'g':
    case 'svg': return union(Array.from(element.children).map((child) => {
      const box = contents(child);
      return box === undefined ? undefined : transformed(box, transformOf(child));
    }));
    default: return undefined;
  }
}

/** Lines of a text are tspans of class "line"; they start where the text does, dy (in em) further down. */
function textBox(text: Element): Box | undefined {
  const size = fontSize(text);
  const x = Number.parseFloat(text.getAttribute('x') ?? '0') || 0;
  const y = Number.parseFloat(text.getAttribute('y') ?? '0') || 0;
  const tspans = Array.from(text.children).filter((child) => child.getAttribute('class') === 'line');
  const lines = tspans.length === 0
    ? [{ width: textLength(text), down: 0 }]
    : tspans.map((line) => ({ width: textLength(line), down: (Number.parseFloat(line.getAttribute('dy') ?? '0') || 0) * size }));
  const width = Math.max(...lines.map((line) => line.width));
  if (width === 0) return undefined;
  const anchor = styleOf(text, 'textAnchor', 'text-anchor');
  const left = x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
  const last = Math.max(...lines.map((line) => line.down));
  return { left, top: y - ascent * size, right: left + width, bottom: y + last + descent * size };
}

/** Corners of a path of absolute M, L, H, V, Z and the end points of curves: enough for Plotly's boxes and markers. */
function pathBox(d: string): Box | undefined {
  let [x, y] = [0, 0];
  const boxes: Box[] = [];
  for (const [, command = '', rest = ''] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (rest.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
    const relative = command === command.toLowerCase();
    const kind = command.toUpperCase();
    const step = kind === 'H' || kind === 'V' ? 1 : kind === 'A' ? 7 : 2;
    for (let i = 0; i + step <= numbers.length; i += step) {
      const [dx, dy] = kind === 'H' ? [numbers[i]!, relative ? 0 : y] : kind === 'V' ? [relative ? 0 : x, numbers[i]!] : [numbers[i + step - 2]!, numbers[i + step - 1]!];
      [x, y] = relative ? [x + dx, y + dy] : [dx, dy];
      boxes.push({ left: x, top: y, right: x, bottom: y });
    }
  }
  return union(boxes);
}

function union(boxes: readonly (Box | undefined)[]): Box | undefined {
  const there = boxes.filter((box) => box !== undefined);
  if (there.length === 0) return undefined;
  return there.reduce((a, b) => ({
    left: Math.min(a.left, b.left), top: Math.min(a.top, b.top), right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom),
  }));
}

function transformed(box: Box, [a, b, c, d, e, f]: Matrix): Box {
  const corners = [[box.left, box.top], [box.right, box.top], [box.left, box.bottom], [box.right, box.bottom]] as const;
  const xs = corners.map(([x, y]) => a * x + c * y + e);
  const ys = corners.map(([x, y]) => b * x + d * y + f);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function transformOf(element: Element): Matrix {
  let matrix = identity;
  for (const [, name = '', rest = ''] of (element.getAttribute('transform') ?? '').matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    matrix = product(matrix, step(name, rest.split(/[\s,]+/).filter(Boolean).map(Number)));
  }
  return matrix;
}

function step(name: string, [p = 0, q, r, s = 0, t = 0, u = 0]: readonly number[]): Matrix {
  if (name === 'translate') return [1, 0, 0, 1, p, q ?? 0];
  if (name === 'scale') return [p, 0, 0, q ?? p, 0, 0];
  if (name === 'matrix') return [p, q ?? 0, r ?? 0, s, t, u];
  if (name !== 'rotate') return identity;
  const [cos, sin] = [Math.cos(p * Math.PI / 180), Math.sin(p * Math.PI / 180)];
  const [cx, cy] = [q ?? 0, r ?? 0];
  return [cos, sin, -sin, cos, cx - cos * cx + sin * cy, cy - sin * cx - cos * cy];
}

function product([a, b, c, d, e, f]: Matrix, [A, B, C, D, E, F]: Matrix): Matrix {
  return [a * A + c * B, b * A + d * B, a * C + c * D, b * C + d * D, a * E + c * F + e, b * E + d * F + f];
}

/** A style that children inherit, from the style attribute or the attribute of the same name. */
function styleOf(element: Element, property: 'fontSize' | 'fontWeight' | 'textAnchor', attribute: string): string {
  for (let e: Element | null = element; e !== null; e = e.parentElement) {
    const value = (e as SVGElement).style?.[property] || e.getAttribute(attribute);
    if (value) return value;
  }
  return '';
}

function fontSize(element: Element): number {
  const size = styleOf(element, 'fontSize', 'font-size');
  const value = Number.parseFloat(size) || 12;
  if (!size.endsWith('%') && !size.endsWith('em')) return value;
  const parent = element.parentElement;
  return (parent === null ? 12 : fontSize(parent)) * (size.endsWith('%') ? value / 100 : value);
}

function isBold(element: Element): boolean {
  const weight = styleOf(element, 'fontWeight', 'font-weight');
  return weight === 'bold' || Number(weight) >= 600;
}
