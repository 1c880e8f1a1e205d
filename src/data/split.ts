import { batchNames } from './dataset';
import type { Dataset, Part } from './dataset';

/**
 * How to divide a data set. Either whole batches by name, `{ train: ['batch 1'], validation: ['batch 2'] }`, or all five
 * batches less their last n rows, which validate: `{ train: 'all', validation: 1000 }`.
 */
export type SplitPlan =
  | { readonly train: readonly string[]; readonly validation: readonly string[] }
  | { readonly train: 'all'; readonly validation: number };

/** Three parts with no row in common. */
export interface Split {
  readonly train: Part;
  readonly validation: Part;
  readonly test: Part;
}

const testBatch = batchNames[5];

/**
 * Divides a data set into parts to train, validate and test on; the test batch is always the test part, and only that.
 *
 * @throws for an unknown batch, one named twice, the test batch, an empty list, or a number of validation rows that is
 * not a whole number from 1 to one less than the five batches hold
 */
export function split(dataset: Dataset, plan: SplitPlan): Split {
  const part = (name: string, rows: Int32Array): Part => ({ dataset, name, rows });
  const test = part('test', rowsOf(dataset, [testBatch]));
  if (plan.train === 'all') {
    const rows = rowsOf(dataset, trainingBatches(dataset));
    const { validation: count } = plan;
    if (!Number.isInteger(count) || count < 1 || count >= rows.length) {
      throw new Error(`validation is ${count}; a whole number of rows from 1 to ${rows.length - 1} would be right.`);
    }
    const boundary = rows.length - count;
    return { train: part('train', rows.slice(0, boundary)), validation: part('validation', rows.slice(boundary)), test };
  }
  checkBatchNames(dataset, plan);
  return { train: part('train', rowsOf(dataset, plan.train)), validation: part('validation', rowsOf(dataset, plan.validation)), test };
}

/**
 * The first rows of a part.
 *
 * @param count how many, 1 to the part's size
 * @throws for any other count
 */
export function take(part: Part, count: number): Part {
  if (!Number.isInteger(count) || count < 1 || count > part.rows.length) {
    throw new Error(`Cannot take ${count} rows of the ${part.name} part; a whole number from 1 to ${part.rows.length} would be right.`);
  }
  return { ...part, rows: part.rows.slice(0, count) };
}

function trainingBatches(dataset: Dataset): readonly string[] {
  return dataset.groups.map(({ name }) => name).filter((name) => name !== testBatch);
}

function rowsOf(dataset: Dataset, names: readonly string[]): Int32Array {
  const groups = names.map((name) => dataset.groups.find((group) => group.name === name)!);
  return Int32Array.from(groups.flatMap(({ start, size }) => Array.from({ length: size }, (_, index) => start + index)));
}

function checkBatchNames(dataset: Dataset, { train, validation }: { train: readonly string[]; validation: readonly string[] }): void {
  const known = trainingBatches(dataset);
  const wouldBeRight = `'all' or some of ${known.map((name) => `'${name}'`).join(', ')} would be right`;
  for (const [key, names] of Object.entries({ train, validation })) {
    if (!Array.isArray(names) || names.length === 0) throw new Error(`${key} is ${JSON.stringify(names)}; ${wouldBeRight}.`);
    for (const name of names) {
      if (name === testBatch) throw new Error(`${key} names the test batch, which is kept for the test; ${wouldBeRight}.`);
      if (!known.includes(name)) throw new Error(`${key} names '${name}', which is not in the data set; ${wouldBeRight}.`);
    }
  }
  const names = [...train, ...validation];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`'${twice}' is named twice; a batch trains or validates, once.`);
}
