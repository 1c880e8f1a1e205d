import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers; each call draws the next ones. */
export interface Random {
  /** Uniform on [0, 1), with 53 random bits. */
  uniform(): number;
  /** Uniform integer on [from, to], both included. */
  integer(from: number, to: number): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * The stream that belongs to a seed and a purpose. Streams of different purposes (`'weights'`, `'mini-batches', epoch`) are
 * independent, so that one can be drawn again without the others: nothing but the seed has to be kept to resume a run.
 *
 * @param seed a whole number; anything else is a RangeError
 */
export function random(seed: number, ...purpose: readonly (string | number)[]): Random {
  requireSeed(seed);
  const digest = createHash('sha256').update(JSON.stringify([seed, ...purpose])).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  const uniform = () => uniformFloat64(generator);
  return { uniform, integer: (from, to) => uniformInt(generator, from, to), normal: polarNormal(uniform) };
}

/** A seed is a whole number. */
export function requireSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a whole number, not ${seed}`);
}

/** Normal numbers from uniform ones: Marsaglia's polar method (1964), which draws two at a time. */
function polarNormal(uniform: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const drawn = spare;
      spare = undefined;
      return drawn;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
}

/** 0 … size − 1 in random order (Fisher and Yates). */
export function permutation(size: number, draws: Random): Int32Array {
  const order = Int32Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last--) {
    const chosen = draws.integer(0, last);
    [order[last], order[chosen]] = [order[chosen], order[last]];
  }
  return order;
}
