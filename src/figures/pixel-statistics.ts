import type { Figure, FigureOptions } from './figure';
import type { Standardiser } from '../data/standardiser';
import { lines } from './lines';
import { side, tiles, type Picture, type PictureOptions } from './picture';

/** The mean image and the image of standard deviations (the largest drawn as white), side by side. */
export function momentImages({ mean, standardDeviation }: Standardiser, options: Omit<PictureOptions, 'columns' | 'rowTitles'> = {}): Picture {
  const largest = standardDeviation.reduce((a, b) => Math.max(a, b), 1e-9);
  return tiles([
    { image: mean.map(Math.round), caption: 'mean' },
    { image: standardDeviation.map((value) => Math.round(255 * value / largest)), caption: `standard deviation\n(white is ${largest.toFixed(0)} of 255)` },
  ], { size: 160, columns: 2, ...options });
}

/** How often each byte value occurs in red, green and blue, as fractions: three curves over 0 … 255. `images` is [n × 3072] bytes. */
export function pixelStatistics(images: Uint8Array, options: FigureOptions = {}): Figure {
  const planes = ['red', 'green', 'blue'].map(() => new Float64Array(256));
  const area = side * side;
  for (let i = 0; i < images.length; i++) planes[Math.floor(i / area) % 3]![images[i]!]!++;
  const values = Array.from({ length: 256 }, (_, value) => value);
  const colours = ['#d1495b', '#2a9d6f', '#1f77b4'];
  return lines(['red', 'green', 'blue'].map((name, plane) => ({
    name, x: values, y: planes[plane]!.map((n) => n / (images.length / 3)), mode: 'lines', colour: colours[plane]!,
  })), { xTitle: 'pixel value', xRange: [-3, 258], yTitle: 'fraction of pixels', yTickFormat: '.1%', height: 320, ...options });
}
