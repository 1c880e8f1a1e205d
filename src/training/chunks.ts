/** Images per product at inference: enough to keep the cores busy, few enough to stay in their caches. */
export const CHUNK = 1000;

/** Row numbers of images for one call of an engine. */
export interface Chunks {
  /** [count × size], row by row. */
  readonly rows: Int32Array;
  readonly count: number;
  readonly size: number;
  /** How many of the rows were asked for; those after them repeat the last one. */
  readonly images: number;
}

/**
 * The next chunks of `rows` from `from` on: `most` whole ones at most, or what is left, filled up by repetition to as many images as a
 * layer has units, since the rounding of a product with fewer rows than columns could depend on the number of threads.
 *
 * @param units of the widest layer
 */
export function nextChunks(rows: Int32Array, from: number, { most = 1, units }: { readonly most?: number; readonly units: number }): Chunks {
  const left = rows.length - from;
  if (left >= CHUNK) {
    const count = Math.min(most, Math.floor(left / CHUNK));
    return { rows: rows.subarray(from, from + count * CHUNK), count, size: CHUNK, images: count * CHUNK };
  }
  const size = Math.max(left, Math.min(CHUNK, units));
  const filled = new Int32Array(size).fill(rows[rows.length - 1]);
  filled.set(rows.subarray(from));
  return { rows: filled, count: 1, size, images: left };
}
