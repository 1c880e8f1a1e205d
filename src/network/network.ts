/** A fully connected network: sizes only, no numbers. */
export interface Network {
  /** Units per layer: pixels of an image, hidden units …, classes. */
  readonly layers: readonly number[];
}

/**
 * A fully connected network with ReLU in its hidden layers and softmax at its end.
 *
 * @param layers units per layer, first the pixels, last the classes; the report's network is [3072, 50, 10]
 * @throws RangeError unless there are two layers or more, each of one unit or more
 */
export function fullyConnected({ layers = [3072, 50, 10] }: { readonly layers?: readonly number[] } = {}): Network {
  if (layers.length < 2) throw new RangeError(`layers must name at least the pixels and the classes, not [${layers.join(', ')}]`);
  for (const units of layers) {
    if (!Number.isInteger(units) || units < 1) throw new RangeError(`layers must be whole numbers of units, 1 or more, not ${units}`);
  }
  return { layers: [...layers] };
}

/** How many weight layers a network has: 2 for 3072-50-10. */
export function depth(network: Network): number {
  return network.layers.length - 1;
}

/** The numbers 1 … k of the weight layers, as in W1 … Wk. */
export function layerNumbers(network: Network): number[] {
  return Array.from({ length: depth(network) }, (_, index) => index + 1);
}
