import { encodePng } from './png';
import { colours, fontFamily, syntheticMark } from './template';

/** Images with captions: a self-contained SVG, which every viewer shows at any size. */
export interface Picture {
  svg: string;
  /** In pixels. */
  width: number;
  height: number;
  /** What is shown, for those who cannot see it. */
  title: string;
}

/** Side of a CIFAR image, in pixels. */
export const side = 32;
/** Bytes of an image: planes red, green, blue, each 32 × 32, row by row. */
export const imageBytes = 3 * side * side;

/** One image at its place in a picture. */
export interface Tile {
  /** [3072] 0 … 255, planes red, green, blue. */
  readonly image: ArrayLike<number>;
  /** Below the image; lines are divided by \n. */
  readonly caption?: string;
}

export interface PictureOptions {
  /** Above the picture. Default none. */
  title?: string;
  /** Images in a row. Default 10. */
  columns?: number;
  /** Left of each row. Default none. */
  rowTitles?: readonly string[];
  /** Side of an image on the page, in pixels. Default 48. */
  size?: number;
  /** Write SYNTHETIC DATA across the picture. Default false. */
  synthetic?: boolean;
}

const gap = 4;
const captionLine = 14;

/** Lays out images in rows, with row titles at the left and captions below. */
export function tiles(images: readonly Tile[], { title = '', columns = 10, rowTitles = [], size = 48, synthetic = false }: PictureOptions = {}): Picture {
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`picture: columns is ${columns}; it must be a positive integer`);
  const captionLines = Math.max(0, ...images.map(({ caption = '' }) => (caption === '' ? 0 : caption.split('\n').length)));
  const captionWidth = Math.max(0, ...images.flatMap(({ caption = '' }) => caption.split('\n').map((line) => 6.2 * line.length)));
  const cellWidth = Math.ceil(Math.max(size, captionWidth)) + gap;
  const cellHeight = size + gap + (captionLines === 0 ? 0 : captionLines * captionLine + 6);
  const left = rowTitles.length === 0 ? gap : Math.ceil(Math.max(...rowTitles.map((text) => 7.4 * text.length))) + 18;
  const top = title === '' ? gap : 42;
  const rows = Math.ceil(images.length / columns);
  const width = Math.max(left + Math.min(columns, images.length) * cellWidth, title === '' ? 0 : 9.2 * title.length + 2 * gap);
  const height = top + rows * cellHeight;

  const cells = images.map(({ image, caption = '' }, i) => {
    const x = left + (i % columns) * cellWidth + (cellWidth - gap - size) / 2;
    const y = top + Math.floor(i / columns) * cellHeight;
    const text = caption === '' ? '' : caption.split('\n').map((line, n) =>
      `<text x="${x + size / 2}" y="${y + size + captionLine * (n + 1)}" font-size="11.5" text-anchor="middle">${escapeXml(line)}</text>`).join('');
    return `<image x="${x}" y="${y}" width="${size}" height="${size}" image-rendering="optimizeSpeed" xlink:href="${imageUri(image)}"/>${text}`;
  });
  const names = rowTitles.slice(0, rows).map((text, row) =>
    `<text x="${left - 10}" y="${top + row * cellHeight + size / 2 + 4.5}" font-size="13" text-anchor="end">${escapeXml(text)}</text>`);
  const heading = title === '' ? '' : `<text x="${gap}" y="26" font-size="17">${escapeXml(title)}</text>`;
  const picture: Picture = {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}" font-family="${fontFamily}" fill="${colours.ink}">`
      + `<rect width="100%" height="100%" fill="#ffffff"/>${heading}${names.join('')}${cells.join('')}</svg>`,
    width, height, title,
  };
  return synthetic ? markSyntheticPicture(picture) : picture;
}

/** The picture with SYNTHETIC DATA written across it; the same picture if it says so already. */
export function markSyntheticPicture({ svg, width, height, title }: Picture): Picture {
  if (title.includes(syntheticMark)) return { svg, width, height, title };
  return { svg: svg.replace(/<\/svg>$/, `${syntheticText(width, height)}</svg>`), width, height, title: `${title} (${syntheticMark})` };
}

function syntheticText(width: number, height: number): string {
  const size = Math.min(46, width / 9);
  return `<text x="${width / 2}" y="${height / 2 + size / 3}" font-size="${size}" font-weight="bold" text-anchor="middle" fill="${colours.warning}" stroke="#ffffff" stroke-width="1" opacity="0.75" transform="rotate(-8 ${width / 2} ${height / 2})">${syntheticMark}</text>`;
}

function imageUri(image: ArrayLike<number>): string {
  if (image.length !== imageBytes) throw new RangeError(`picture: an image has ${image.length} values; it must have ${imageBytes} (3 planes of ${side} × ${side})`);
  const area = side * side;
  const pixels = new Uint8Array(imageBytes);
  for (let i = 0; i < area; i++) {
    for (let plane = 0; plane < 3; plane++) pixels[3 * i + plane] = image[plane * area + i]!;
  }
  return `data:image/png;base64,${encodePng({ width: side, height: side, pixels }).toString('base64')}`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
