import { permutation, random } from '../random/random';

/** Draws the rows of any update's mini-batch from the seed alone. */
export interface MiniBatches {
  readonly perEpoch: number;
  /** Rows of the updates `first` … `last` (the first update of a run is 1), [updates × batch] row by row. */
  rows(first: number, last: number): Int32Array;
}

/**
 * Mini-batches without replacement, reshuffled every epoch; what does not fill a batch at the end of an epoch is left out of it.
 *
 * @param rows the training images' rows in the data set
 * @throws RangeError if batchSize is not a whole number from 1 to the number of rows
 */
export function miniBatches(rows: Int32Array, { batchSize, seed }: { readonly batchSize: number; readonly seed: number }): MiniBatches {
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > rows.length) {
    throw new RangeError(`batchSize must be a whole number from 1 to the ${rows.length} training images, not ${batchSize}`);
  }
  const perEpoch = Math.floor(rows.length / batchSize);
  let shuffled: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array(0) };
  const orderOf = (epoch: number) => {
    if (shuffled.epoch !== epoch) shuffled = { epoch, order: permutation(rows.length, random(seed, 'mini-batches', epoch)) };
    return shuffled.order;
  };
  return {
    perEpoch,
    rows(first, last) {
      const drawn = new Int32Array((last - first + 1) * batchSize);
      for (let update = first; update <= last; update++) {
        const order = orderOf(Math.floor((update - 1) / perEpoch));
        const from = ((update - 1) % perEpoch) * batchSize;
        for (let k = 0; k < batchSize; k++) drawn[(update - first) * batchSize + k] = rows[order[from + k]];
      }
      return drawn;
    },
  };
}
