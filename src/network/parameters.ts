import { isNormalised, layerNumbers, type Network } from './network';

/** Shapes by name. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * All that a trained network is, in order: of each layer W [d × m] and b [m], or where it is normalised W, gamma, beta, and the running
 * mean and variance of what gamma multiplies, [m].
 */
export function modelShapes(network: Network): Shapes {
  const { layers } = network;
  const vectors = (k: number) => (isNormalised(network, k) ? ['gamma', 'beta', 'mean', 'variance'] : ['b']);
  return Object.fromEntries(
    layerNumbers(network).flatMap((k): [string, readonly number[]][] => [[`W${k}`, [layers[k - 1], layers[k]]], ...vectors(k).map((name): [string, readonly number[]] => [`${name}${k}`, [layers[k]]])]),
  );
}

/** What of a network is trained, by gradients: all but the running averages. */
export function parameterShapes(network: Network): Shapes {
  return Object.fromEntries(Object.entries(modelShapes(network)).filter(([name]) => !/^(mean|variance)/.test(name)));
}

/** The tensors of the names that `shapes` has, in its order. */
export function pick<T>(shapes: Shapes, tensors: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, tensors[name]]));
}
