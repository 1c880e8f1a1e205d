import { expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../src/runs/safetensors';

/** Made by hand from the format's description. */
function byHand(header: object, content: readonly number[]): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, 0x20)]);
  return Buffer.concat([Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]), padded, Buffer.from(content)]);
}

const header = {
  __metadata__: { key: 'value' },
  W1: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
  b1: { dtype: 'F64', shape: [1], data_offsets: [8, 16] },
};
const content = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f]; // 1, −2; 0.5
const tensors = { W1: { shape: [1, 2], data: Float32Array.of(1, -2) }, b1: { shape: [1], data: Float64Array.of(0.5) } };

test('writes the format to the byte', () => {
  expect(Buffer.from(encodeSafetensors(tensors, { key: 'value' }))).toEqual(byHand(header, content));
});

test('reads the format', () => {
  expect(decodeSafetensors(byHand(header, content))).toEqual({ tensors, metadata: { key: 'value' } });
});

test('integers and bytes come back as they were, and views of larger arrays', () => {
  const given = { rows: { shape: [3], data: Int32Array.of(9, -1, 2 ** 31 - 1, 4).subarray(0, 3) }, image: { shape: [2, 1], data: Uint8Array.of(255, 0) }, none: { shape: [0, 4], data: new Float32Array(0) } };
  expect(decodeSafetensors(encodeSafetensors(given)).tensors).toEqual(given);
});

test.each([
  [byHand(header, content).subarray(0, 5), 'not a safetensors file: its header has NaN bytes, the file 5'],
  [byHand(header, content).subarray(0, 40), 'not a safetensors file'],
  [byHand(header, content.slice(0, 12)), 'the tensor b1 lies at bytes 8 to 16 of 12'],
  [byHand({ W1: { ...header.W1, dtype: 'BF16' } }, content), 'the tensor W1 is of type BF16; F32, F64, I32, U8 can be read'],
  [byHand({ W1: { ...header.W1, shape: [3] } }, content), 'the tensor W1 of shape [3] has 8 bytes'],
  [byHand({ W1: { ...header.W1, data_offsets: [8, 0] } }, content), 'the tensor W1 lies at bytes 8 to 0 of 16'],
])('what is wrong with a file is named (%#)', (bytes, message) => {
  expect(() => decodeSafetensors(bytes)).toThrow(message);
});
