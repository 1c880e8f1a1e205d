import type { Program } from '../engine/engine';
import { hostTensor, type HostTensors } from '../network/host-tensor';
import { CHUNK, type Chunks, nextChunks } from './chunks';
import { numbered } from './evaluation-program';
import type { Scores } from './measurement';
import { adaptivePace, type Pace } from './pace';

export interface ScoringOptions {
  readonly lambda: number;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
}

/**
 * Scores of networks on the images with the given rows, by a program of `evaluationProgram` for as many networks. The work is
 * cut into calls of bounded length, as many at once as the program has lanes; sums go on in float64, in order, so the result does not
 * depend on the cuts.
 */
export async function score(program: Program, networks: readonly HostTensors[], rows: Int32Array, options: ScoringOptions): Promise<Scores[]> {
  const { lambda, signal, pace = adaptivePace() } = options;
  const { lanes = 1 } = program;
  const parameters: HostTensors = Object.assign({}, ...networks.map(numbered));
  const totals = networks.map(() => ({ crossEntropy: 0, correct: 0, sumOfSquares: 0 }));
  const units = widestLayer(networks);
  const call = async (chunks: Chunks): Promise<HostTensors> => {
    signal?.throwIfAborted();
    const started = performance.now();
    const outputs = await program.run({ ...parameters, rows: hostTensor([chunks.count, chunks.size], chunks.rows) });
    if (chunks.size === CHUNK) pace.took(chunks.count, performance.now() - started);
    return outputs;
  };
  const calls: { readonly images: number; readonly outputs: Promise<HostTensors> }[] = [];
  const addFirst = async () => {
    const { images, outputs } = calls.shift()!;
    add(totals, await outputs, images);
  };
  for (let from = 0; from < rows.length; ) {
    const chunks = nextChunks(rows, from, { most: pace.units(), units });
    const outputs = call(chunks);
    outputs.catch(() => {}); // where one before it fails first, nobody waits for it
    calls.push({ images: chunks.images, outputs });
    if (calls.length >= lanes) await addFirst();
    from += chunks.images;
  }
  while (calls.length > 0) await addFirst();
  return totals.map(({ crossEntropy, correct, sumOfSquares }) => {
    const loss = crossEntropy / rows.length;
    return { cost: loss + lambda * sumOfSquares, loss, accuracy: correct / rows.length };
  });
}

interface Totals {
  crossEntropy: number;
  correct: number;
  sumOfSquares: number;
}

/** Adds the outputs of a call, whose first so many images count, to the totals of its networks. */
function add(totals: readonly Totals[], outputs: HostTensors, images: number): void {
  totals.forEach((total, network) => {
    total.crossEntropy = sum(outputs[`crossEntropy.${network}`].data, images, total.crossEntropy);
    total.correct = sum(outputs[`correct.${network}`].data, images, total.correct);
    total.sumOfSquares = outputs[`sumOfSquares.${network}`].data[0];
  });
}

/** Units of the widest product: the first layers of all networks are one. */
function widestLayer(networks: readonly HostTensors[]): number {
  const widths = Object.entries(networks[0]).map(([name, { shape }]) => (name === 'W1' ? networks.length : 1) * shape[shape.length - 1]);
  return Math.max(...widths);
}

/** `start` plus the first `count` values, one after another. */
function sum(values: ArrayLike<number>, count: number, start: number): number {
  let total = start;
  for (let index = 0; index < count; index++) total += values[index];
  return total;
}
