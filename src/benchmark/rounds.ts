/** Something that gives one number each time: a rate, or seconds. */
export interface Task {
  readonly name: string;
  measure(): Promise<number>;
}

/** The middle of several measurements, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('spread of no values; one or more would be right');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Each task's numbers, [rounds], by its name. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/** Does all tasks in turn, A B C A B C …: what slows the machine down for a while slows them all. */
export async function interleave(tasks: readonly Task[], rounds: number, onTask: (name: string, round: number) => void = () => {}): Promise<Rounds> {
  const numbers = new Map<string, number[]>(tasks.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, measure } of tasks) {
      onTask(name, round);
      numbers.get(name)!.push(await measure());
    }
  }
  return numbers;
}

/** The ratio of two tasks in each round. */
export function ratios(numerator: readonly number[], denominator: readonly number[]): Spread {
  return spread(numerator.map((value, round) => value / denominator[round]));
}
