import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { classGrid, encodePng, imageGrid, momentImages, pixelStatistics, weightImages, type Picture } from '../../src/figures';

const imageBytes = 3072;

/** An image of one colour, as planes. */
function plain(red: number, green: number, blue: number): Uint8Array {
  return Uint8Array.from({ length: imageBytes }, (_, i) => [red, green, blue][Math.floor(i / 1024)]!);
}

function join(...images: Uint8Array[]): Uint8Array {
  return Uint8Array.from(images.flatMap((image) => [...image]));
}

/** The PNGs inside a picture, decoded by another library. */
function inside({ svg }: Picture): PNG[] {
  return [...svg.matchAll(/data:image\/png;base64,([^"]+)/g)].map(([, data]) => PNG.sync.read(Buffer.from(data!, 'base64')));
}

describe('encodePng, read by pngjs', () => {
  const noise = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255);

  test.each([3, 4])('keeps every pixel of %i bytes', (channels) => {
    const pixels = noise(90 * 70 * channels);
    const read = PNG.sync.read(encodePng({ width: 90, height: 70, pixels }));
    expect([read.width, read.height]).toEqual([90, 70]);
    for (let i = 0; i < 90 * 70; i++) {
      for (let c = 0; c < 3; c++) if (read.data[4 * i + c] !== pixels[channels * i + c]) expect.fail(`pixel ${i} differs`);
    }
  });

  test('few colours: a palette, exact and small', () => {
    const pixels = Uint8Array.from({ length: 300 * 200 * 3 }, (_, i) => (Math.floor(i / 3) % 300 < 150 ? 255 : 40));
    const png = encodePng({ width: 300, height: 200, pixels });
    expect(png[25]).toBe(3);
    expect(png.length).toBeLessThan(600);
    const read = PNG.sync.read(png);
    expect([read.data[0], read.data[4 * 299]]).toEqual([255, 40]);
  });

  test('repeated rows, and bytes that do not fit', () => {
    const row = noise(50 * 3 * 3);
    const pixels = new Uint8Array(50 * 3 * 3 * 4);
    for (let y = 0; y < 4; y++) pixels.set(row, y * row.length);
    const read = PNG.sync.read(encodePng({ width: 150, height: 4, pixels }));
    expect(read.data[4 * (3 * 150 + 77) + 1]).toBe(row[3 * 77 + 1]);
    expect(() => encodePng({ width: 2, height: 2, pixels: new Uint8Array(5) })).toThrow('5 bytes for 2 × 2 pixels');
  });
});

describe('pictures', () => {
  test('planes become pixels', () => {
    const image = Uint8Array.from({ length: imageBytes }, (_, i) => i & 255);
    const [png] = inside(imageGrid(image));
    const pixel = 5 * 32 + 7;
    expect([...png!.data.subarray(4 * pixel, 4 * pixel + 4)]).toEqual([image[pixel], image[1024 + pixel], image[2048 + pixel], 255]);
  });

  test('a class grid has the first images of each class, with its name', () => {
    const images = join(plain(1, 0, 0), plain(2, 0, 0), plain(3, 0, 0), plain(4, 0, 0));
    const picture = classGrid(images, [1, 0, 1, 1], ['cat', 'dog & <frog>'], { perClass: 2 });
    expect(inside(picture).map((png) => png.data[0])).toEqual([2, 255, 1, 3]);
    expect(picture.svg).toContain('dog &#38; &#60;frog&#62;');
    expect(() => classGrid(images, [1, 0, 2, 1], ['cat', 'dog'])).toThrow('label 2 of image 2; there are 2 classes');
  });

  test('captions and sizes that do not fit are refused', () => {
    expect(() => imageGrid(new Uint8Array(100))).toThrow('a multiple of 3072');
    expect(() => imageGrid(plain(1, 2, 3), { captions: [] })).toThrow('0 captions for 1 images');
    expect(() => imageGrid(plain(1, 2, 3), { columns: 0 })).toThrow('columns is 0');
    expect(() => weightImages([1, 2])).toThrow('2 weights');
  });

  test('moments become images: the mean as it is, the standard deviation up to white', () => {
    const moments = { mean: Float64Array.from(plain(15, 20, 45)), standardDeviation: Float64Array.from(plain(5, 0, 15)) };
    const [mean, deviation] = inside(momentImages(moments));
    expect([...mean!.data.subarray(0, 3)]).toEqual([15, 20, 45]);
    expect([...deviation!.data.subarray(0, 3)]).toEqual([85, 0, 255]);
  });

  test('pixel statistics are fractions per plane', () => {
    const { data } = pixelStatistics(join(plain(10, 20, 30), plain(10, 20, 60)));
    expect(data.map(({ y }) => (y as number[]).reduce((a, b) => a + b))).toEqual([1, 1, 1]);
    expect([data[0]!.y![10], data[2]!.y![30], data[2]!.y![60]]).toEqual([1, 0.5, 0.5]);
  });

  test('weights are scaled per unit, with 0 as grey', () => {
    const weights = new Float32Array(2 * imageBytes);
    weights[0] = -3;
    weights[1 + 2 * (1024 + 5)] = 0.01;
    const [first, second] = inside(weightImages(weights));
    expect([...first!.data.subarray(0, 3)]).toEqual([0, 128, 128]);
    expect([...second!.data.subarray(20, 23)]).toEqual([128, 255, 128]);
  });

  test('synthetic pictures say so', () => {
    expect(imageGrid(plain(1, 2, 3), { title: 'T', synthetic: true })).toMatchObject({ svg: expect.stringContaining('>SYNTHETIC DATA<') as string, title: 'T (SYNTHETIC DATA)' });
  });
});
