import { createCipheriv, createHash } from 'node:crypto';
import { requireSeed } from './random';

/**
 * Many random numbers at once, 32 uniform bits each, of the stream that belongs to a seed and a purpose (as in `random`): the
 * key stream of AES in counter mode (a generator that counts, as in Salmon et al. 2011), which processors make at some gigabytes a second.
 */
export function randomWords(count: number, seed: number, ...purpose: readonly (string | number)[]): Uint32Array {
  requireSeed(seed);
  const key = createHash('sha256').update(JSON.stringify([seed, ...purpose])).digest();
  const bytes = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(new Uint8Array(4 * count));
  return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
}
