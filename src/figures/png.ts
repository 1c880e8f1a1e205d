import { crc32, deflateSync } from 'node:zlib';

/** Colours of pixels, row by row. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** [height × width × 3] red, green, blue, or [height × width × 4] with an opacity, which is dropped: pictures here are opaque. */
  readonly pixels: Uint8Array;
}

/**
 * Encodes pixels as PNG (https://www.w3.org/TR/png-3/): with a palette of 256 colours where those show the picture (line
 * drawings, a third of the size), else in full colour. The same pixels give the same bytes.
 *
 * Throws a RangeError if the pixels are not as many as width and height say.
 */
export function encodePng({ width, height, pixels }: Raster): Buffer {
  const channels = pixels.length / (width * height);
  if (channels !== 3 && channels !== 4) {
    throw new RangeError(`PNG: ${pixels.length} bytes for ${width} × ${height} pixels; 3 or 4 per pixel are needed`);
  }
  const colours = new Uint32Array(width * height);
  for (let i = 0, p = 0; i < colours.length; i++, p += channels) colours[i] = (pixels[p]! << 16) | (pixels[p + 1]! << 8) | pixels[p + 2]!;
  const palette = paletteOf(colours);
  return palette === undefined
    ? file(width, height, 2, [], filtered(colours, width, height))
    : file(width, height, 3, palette.colours, indexed(colours, width, height, palette.index));
}

interface Palette {
  readonly colours: readonly number[];
  /** The nearest entry for each colour of the picture. */
  readonly index: ReadonlyMap<number, number>;
}

/** The 256 most frequent colours, where the others are too few to be seen: the in-between shades of lines and letters. */
function paletteOf(pixels: Uint32Array): Palette | undefined {
  const counts = new Map<number, number>();
  for (let i = 0, start = 0; i < pixels.length; start = i) {
    const colour = pixels[i]!;
    while (i < pixels.length && pixels[i] === colour) i++;
    counts.set(colour, (counts.get(colour) ?? 0) + i - start);
    if (counts.size > 4096) return undefined;
  }
  const byFrequency = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
  const rest = byFrequency.slice(256).reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0.04 * pixels.length) return undefined;
  const colours = byFrequency.slice(0, 256).map(([colour]) => colour);
  return { colours, index: new Map(byFrequency.map(([colour], i) => [colour, i < 256 ? i : nearest(colour, colours)])) };
}

function nearest(colour: number, colours: readonly number[]): number {
  let [best, found] = [Infinity, 0];
  colours.forEach((other, i) => {
    const distance = [16, 8, 0].reduce((sum, shift) => sum + (((colour >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
    if (distance < best) [best, found] = [distance, i];
  });
  return found;
}

function indexed(colours: Uint32Array, width: number, height: number, index: ReadonlyMap<number, number>): Buffer {
  const bytes = Buffer.alloc(height * (width + 1));
  let [last, entry] = [-1, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = colours[y * width + x]!;
      if (colour !== last) [last, entry] = [colour, index.get(colour)!];
      bytes[y * (width + 1) + 1 + x] = entry;
    }
  }
  return bytes;
}

/** Rows in full colour: "up" where a row repeats the one above, as in enlarged pictures, else "sub". */
function filtered(colours: Uint32Array, width: number, height: number): Buffer {
  const bytes = Buffer.alloc(height * (3 * width + 1));
  for (let y = 0; y < height; y++) {
    const row = colours.subarray(y * width, (y + 1) * width);
    const above = y > 0 ? colours.subarray((y - 1) * width, y * width) : undefined;
    const repeats = above !== undefined && row.every((colour, x) => colour === above[x]);
    const start = y * (3 * width + 1);
    bytes[start] = repeats ? 2 : 1;
    if (repeats) continue;
    for (let x = 0, left = 0; x < width; left = row[x]!, x++) {
      for (let channel = 0; channel < 3; channel++) {
        const shift = 16 - 8 * channel;
        bytes[start + 1 + 3 * x + channel] = ((row[x]! >> shift) & 255) - ((left >> shift) & 255);
      }
    }
  }
  return bytes;
}

function file(width: number, height: number, colourType: 2 | 3, palette: readonly number[], rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = colourType;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(colourType === 3 ? [chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])))] : []),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}
