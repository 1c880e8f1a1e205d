import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBatch, encodeBatch } from '../../src/data/batch-format';
import { handMadeFile, handMadePixel } from './fixtures';

describe('decodeBatch', () => {
  test('takes hand-made records apart', () => {
    const { labels, pixels } = decodeBatch(handMadeFile(3, 8), 'file');
    expect([...labels]).toEqual([3, 4, 5, 6, 7, 8, 9, 0]);
    expect(pixels).toHaveLength(8 * 3072);
    for (const [record, pixel] of [[0, 0], [0, 3071], [5, 1024], [7, 3071]]) {
      expect(pixels[record * 3072 + pixel]).toBe(handMadePixel(3, record, pixel));
    }
  });

  test.each([0, 1, 3072, 3074, 2 * 3073 - 1])('refuses %i bytes', (size) => {
    expect(() => decodeBatch(new Uint8Array(size), 'x.bin')).toThrow(/^x\.bin holds [\d,]+ bytes; one or more whole records of 3,073/);
  });

  test('refuses label 10 and names its record', () => {
    const bytes = handMadeFile(0, 3);
    bytes[2 * 3073] = 10;
    expect(() => decodeBatch(bytes, 'x.bin')).toThrow('x.bin has label 10 in record 2 (counting from 0); labels from 0 to 9 would be right.');
  });

  test('any bytes are either refused with a reason or come back from encodeBatch', () => {
    const file = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -1, max: 1 }), fc.integer(), fc.integer({ min: 0, max: 11 }))
      .map(([records, extra, seed, highestLabel]) => {
        const bytes = Uint8Array.from({ length: Math.max(0, records * 3073 + extra) }, (_, index) => Math.imul(seed + index, 2654435761) >>> 24);
        for (let start = 0; start < bytes.length; start += 3073) bytes[start] %= highestLabel + 1;
        return bytes;
      });
    let decoded = 0;
    fc.assert(
      fc.property(file, (bytes) => {
        const whole = bytes.length > 0 && bytes.length % 3073 === 0;
        const labelsRight = bytes.every((byte, index) => index % 3073 !== 0 || byte <= 9);
        if (!whole || !labelsRight) {
          expect(() => decodeBatch(bytes, 'x')).toThrow(/would be right/);
          return;
        }
        decoded++;
        const { labels, pixels } = decodeBatch(bytes, 'x');
        expect(Buffer.from(encodeBatch(labels, pixels)).equals(bytes)).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(decoded).toBeGreaterThan(20);
  });
});
