import type { Program } from '../engine/engine';
import { hostTensor, type HostTensors } from '../network/host-tensor';
import type { Scores } from './measurement';
import { adaptivePace, type Pace } from './pace';

/** Images per product: enough to keep the cores busy, few enough to stay in their caches. */
const CHUNK = 500;

export interface ScoringOptions {
  readonly lambda: number;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
}

/**
 * Scores of a network on the images with the given rows, by a program of `evaluationProgram`. The work is cut into calls of
 * bounded length; sums go on in float64, in order, so the result does not depend on the cuts.
 */
export async function score(program: Program, parameters: HostTensors, rows: Int32Array, options: ScoringOptions): Promise<Scores> {
  const { lambda, signal, pace = adaptivePace() } = options;
  const totals = { crossEntropy: 0, correct: 0, sumOfSquares: 0 };
  for (let from = 0; from < rows.length; ) {
    signal?.throwIfAborted();
    const [chunks, size] = nextChunks(rows.length - from, pace.units());
    const started = performance.now();
    const outputs = await program.run({ ...parameters, rows: hostTensor([chunks, size], rows.subarray(from, from + chunks * size)) });
    if (size === CHUNK) pace.took(chunks, performance.now() - started);
    for (let chunk = 0; chunk < chunks; chunk++) {
      totals.crossEntropy += outputs.crossEntropy.data[chunk];
      totals.correct += outputs.correct.data[chunk];
    }
    totals.sumOfSquares = outputs.sumOfSquares.data[0];
    from += chunks * size;
  }
  const loss = totals.crossEntropy / rows.length;
  return { cost: loss + lambda * totals.sumOfSquares, loss, accuracy: totals.correct / rows.length };
}

/** Whole chunks as long as there are any, then the rest as one chunk of its own. */
function nextChunks(left: number, most: number): [chunks: number, size: number] {
  return left >= CHUNK ? [Math.min(most, Math.floor(left / CHUNK)), CHUNK] : [1, left];
}
