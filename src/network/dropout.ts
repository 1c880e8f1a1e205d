import { randomWords } from '../random/words';
import type { Algebra, Tensors } from './algebra';
import type { Network } from './network';

/** A layer whose outputs are dropped out. */
export interface DroppedLayer {
  /** 0 is the input, 1 … the hidden layers. */
  readonly index: number;
  readonly units: number;
  readonly rate: number;
}

/** The layers in which units are dropped, first to last. */
export function droppedLayers({ layers, dropout }: Network): DroppedLayer[] {
  if (dropout === undefined) return [];
  return layers
    .slice(0, -1)
    .map((units, index) => ({ index, units, rate: index === 0 ? dropout.input : dropout.hidden }))
    .filter(({ rate }) => rate > 0);
}

/** The name of a layer's mask among a program's inputs: bytes [n × m], 1 where a unit is kept. */
export const maskName = (index: number) => `mask.${index}`;

/**
 * What inverted dropout multiplies the outputs of layers with (Srivastava et al. 2014, section 10): 1 / (1 − rate) where the
 * mask is 1, else 0, [n × m]; by layer index, of the layers that have a mask. The network at inference needs no change then.
 */
export function dropoutFactors<T>(A: Algebra<T>, network: Network, masks: Tensors<T>): ReadonlyMap<number, T> {
  return new Map(droppedLayers(network).map(({ index, rate }) => [index, A.mul(A.float(masks[maskName(index)]), A.scalar(1 / (1 - rate)))]));
}

/** A layer's mask for the images of update t, bytes [n × m]: each is 1 with probability 1 − rate, from the seed, the layer and t alone. */
export function drawMask({ index, units, rate }: DroppedLayer, images: number, seed: number, t: number): Uint8Array {
  const words = randomWords(images * units, seed, 'dropout', index, t);
  const mask = new Uint8Array(words.length);
  const threshold = Math.round((1 - rate) * 2 ** 31);
  for (let unit = 0; unit < mask.length; unit++) mask[unit] = ((words[unit] >>> 1) - threshold) >>> 31; // the sign: a branch would be mispredicted
  return mask;
}
