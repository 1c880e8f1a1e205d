import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { readImageFile } from '../../src/data/image-file';
import { random } from '../../src/random/random';

const folder = mkdtempSync(join(tmpdir(), 'clr-lab-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Colour = readonly [red: number, green: number, blue: number, alpha?: number];

/** Writes a PNG without the library that reads it. */
function png(name: string, width: number, height: number, colour: (x: number, y: number) => Colour): string {
  const picture = new PNG({ width, height });
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) picture.data.set([...colour(x, y), 255].slice(0, 4) as number[], 4 * (y * width + x));
  return save(name, PNG.sync.write(picture));
}

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const at = (image: Uint8Array, x: number, y: number) => [0, 1, 2].map((plane) => image[plane * 1024 + y * 32 + x]);

function expectNear(found: readonly number[], right: readonly number[], tolerance: number): void {
  found.forEach((value, index) => expect(Math.abs(value - right[index])).toBeLessThanOrEqual(tolerance));
}

test('a picture of 32 × 32 is read as it is, plane by plane', async () => {
  const draws = random(1, 'picture');
  const colours = Array.from({ length: 1024 }, (): Colour => [draws.integer(0, 255), draws.integer(0, 255), draws.integer(0, 255)]);
  const image = await readImageFile(png('as-it-is.png', 32, 32, (x, y) => colours[32 * y + x]));
  expect(image).toEqual(Uint8Array.from([0, 1, 2].flatMap((plane) => colours.map((colour) => colour[plane]!))));
});

test('a larger one is scaled, a wide one cut to its middle', async () => {
  const image = await readImageFile(png('wide.png', 320, 128, (x) => (x < 96 ? [255, 0, 0] : x < 160 ? [0, 200, 0] : x < 224 ? [0, 0, 100] : [255, 255, 255])));
  expectNear(at(image, 5, 16), [0, 200, 0], 1);
  expectNear(at(image, 27, 30), [0, 0, 100], 1);
});

test('a JPEG is turned as its EXIF data says', async () => {
  const pixels = Buffer.from(Array.from({ length: 64 * 64 }, (_, index) => (index % 64 < 32 ? [250, 10, 10] : [10, 10, 250])).flat());
  const turned = await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } }).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer(); // a quarter to the right
  const image = await readImageFile(save('turned.jpg', turned));
  expectNear(at(image, 16, 4), [250, 10, 10], 8);
  expectNear(at(image, 16, 28), [10, 10, 250], 8);
});

test('grey, 16 bits a channel and transparency become colours on white', async () => {
  expectNear(at(await readImageFile(png('clear.png', 40, 40, () => [0, 0, 0, 0])), 3, 3), [255, 255, 255], 0);
  const grey = await sharp(Buffer.alloc(64 * 64, 77), { raw: { width: 64, height: 64, channels: 1 } }).toColourspace('b-w').png().toBuffer();
  expectNear(at(await readImageFile(save('grey.png', grey)), 9, 9), [77, 77, 77], 0);
  const deep = await sharp(Buffer.alloc(64 * 64 * 3, 128), { raw: { width: 64, height: 64, channels: 3 } }).toColourspace('rgb16').png().toBuffer();
  expectNear(at(await readImageFile(save('deep.png', deep)), 9, 9), [128, 128, 128], 1);
});

test('what cannot be read is refused by its name', async () => {
  const whole = PNG.sync.write(new PNG({ width: 64, height: 64 }));
  await expect(readImageFile(join(folder, 'none.png'))).rejects.toThrow(`${join(folder, 'none.png')} is not there; a PNG or JPEG file would be right`);
  await expect(readImageFile(folder)).rejects.toThrow(`${folder} is a folder; a PNG or JPEG file would be right`);
  await expect(readImageFile(save('text.png', Buffer.from('no picture')))).rejects.toThrow(/text\.png is no picture that can be read \(.+\); a PNG or JPEG file would be right/);
  await expect(readImageFile(save('cut.png', whole.subarray(0, whole.length - 40)))).rejects.toThrow(/cut\.png is no picture that can be read/);
});
