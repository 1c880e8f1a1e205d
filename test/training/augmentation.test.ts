import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { referenceAlgebra as A } from '../../src/engine/reference/reference-algebra';
import { hostTensor } from '../../src/network/host-tensor';
import { augmentationOf, drawVariants, variantTable } from '../../src/training/augmentation';

const width = 3 * 8 * 8;
const pixel = (image: ArrayLike<number>, channel: number, row: number, column: number) => (row < 0 || row > 7 || column < 0 || column > 7 ? 0 : image[channel * 64 + row * 8 + column]);

test('every variant is the image, moved, perhaps mirrored, with zeros from outside', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.integer({ min: 0, max: 3 }), fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: width, maxLength: width }), (flip, shift, image) => {
      const table = variantTable({ flip, shift }, width);
      const moves = Array.from({ length: 2 * shift + 1 }, (_, k) => k - shift);
      const variants = (flip ? [false, true] : [false]).flatMap((flipped) => moves.flatMap((down) => moves.map((right) => ({ flipped, down, right }))));
      expect(table.shape).toEqual([variants.length, width]);
      for (const [variant, { flipped, down, right }] of variants.entries()) {
        const { data } = A.rearrange(hostTensor([1, width], Float64Array.from(image)), table, hostTensor([1], Int32Array.of(variant)));
        for (let k = 0; k < width; k += 7) {
          const [channel, row, column] = [Math.floor(k / 64), (Math.floor(k / 8) % 8) - down, (k % 8) - right];
          expect(data[k]).toBe(pixel(image, channel, row, column < 0 || column > 7 ? column : flipped ? 7 - column : column));
        }
      }
    }),
    { numRuns: 20 },
  );
});

describe('variants', () => {
  test('are drawn from the seed and the update alone, each about as often', () => {
    const drawn = drawVariants({ flip: true, shift: 1 }, 100, 3, 1, 180);
    expect([...drawVariants({ flip: true, shift: 1 }, 100, 3, 1, 77), ...drawVariants({ flip: true, shift: 1 }, 100, 3, 78, 180)]).toEqual([...drawn]);
    const counts = new Float64Array(18);
    for (const variant of drawn) counts[variant]++;
    expect(counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(17 + 5 * Math.sqrt(34));
    expect(drawVariants({ flip: true, shift: 1 }, 100, 4, 1, 1)).not.toEqual(drawn.slice(0, 100));
  });
  test('of no augmentation there are none', () => expect(augmentationOf({ flip: false, shift: 0 }, 10)).toBeUndefined());
  test.each<[object, number, string]>([
    [{ shift: 32 }, 3072, 'augmentation.shift must be a whole number of pixels, from 0 to 31, not 32'],
    [{ shift: 0.5 }, 3072, 'not 0.5'],
    [{ flip: true }, 50, 'augmentation needs square images of 3 colours, not of 50 pixel values'],
  ])('%j of images of %i values are refused', (augmentation, pixels, message) => expect(() => augmentationOf(augmentation, pixels)).toThrow(message));
});
