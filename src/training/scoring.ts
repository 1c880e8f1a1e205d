import type { Program } from '../engine/engine';
import { hostTensor, type HostTensors } from '../network/host-tensor';
import type { Scores } from './measurement';
import { adaptivePace, type Pace } from './pace';
import { numbered } from './programs';

/** Images per product: enough to keep the cores busy, few enough to stay in their caches. */
const CHUNK = 500;

export interface ScoringOptions {
  readonly lambda: number;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
}

/**
 * Scores of networks on the images with the given rows, by a program of `evaluationProgram` for as many networks. The work is
 * cut into calls of bounded length; sums go on in float64, in order, so the result does not depend on the cuts.
 */
export async function score(program: Program, networks: readonly HostTensors[], rows: Int32Array, options: ScoringOptions): Promise<Scores[]> {
  const { lambda, signal, pace = adaptivePace() } = options;
  const parameters: HostTensors = Object.assign({}, ...networks.map(numbered));
  const totals = networks.map(() => ({ crossEntropy: 0, correct: 0, sumOfSquares: 0 }));
  for (let from = 0; from < rows.length; ) {
    signal?.throwIfAborted();
    const [chunks, size] = nextChunks(rows.length - from, pace.units());
    const started = performance.now();
    const outputs = await program.run({ ...parameters, rows: hostTensor([chunks, size], rows.subarray(from, from + chunks * size)) });
    if (size === CHUNK) pace.took(chunks, performance.now() - started);
    totals.forEach((total, network) => {
      total.crossEntropy = sum(outputs[`crossEntropy.${network}`], total.crossEntropy);
      total.correct = sum(outputs[`correct.${network}`], total.correct);
      total.sumOfSquares = outputs[`sumOfSquares.${network}`].data[0];
    });
    from += chunks * size;
  }
  return totals.map(({ crossEntropy, correct, sumOfSquares }) => {
    const loss = crossEntropy / rows.length;
    return { cost: loss + lambda * sumOfSquares, loss, accuracy: correct / rows.length };
  });
}

function sum({ data }: HostTensors[string], start: number): number {
  let total = start;
  for (const value of data) total += value;
  return total;
}

/** Whole chunks as long as there are any, then the rest as one chunk of its own. */
function nextChunks(left: number, most: number): [chunks: number, size: number] {
  return left >= CHUNK ? [Math.min(most, Math.floor(left / CHUNK)), CHUNK] : [1, left];
}
