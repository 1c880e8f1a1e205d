/** How weights begin: see `initialise`. */
export type Initialisation = 'lecun' | 'he' | 'glorot';

export const INITIALISATIONS: readonly Initialisation[] = ['lecun', 'he', 'glorot'];

/** Which fraction of the units is dropped in each update, from 0 up to below 1. */
export interface DropoutRates {
  readonly input: number;
  readonly hidden: number;
}

/** A fully connected network: sizes and kinds only, no numbers. What is left out is not there. */
export interface Network {
  /** Units per layer: pixels of an image, hidden units …, classes. */
  readonly layers: readonly number[];
  /** How the weights begin. Default 'lecun'. */
  readonly initialisation?: Initialisation;
  /** Whether hidden layers are normalised over the mini-batch, before their ReLU. */
  readonly batchNormalisation?: boolean;
  /** Fractions of the units that are dropped in training. */
  readonly dropout?: DropoutRates;
}

export interface FullyConnectedOptions {
  /** Units per layer, first the pixels, last the classes. Default [3072, 50, 10], the report's network. */
  readonly layers?: readonly number[];
  /** How the weights begin: see `initialise`. Default 'lecun'. */
  readonly initialisation?: Initialisation;
  /** Normalise hidden layers over the mini-batch, before their ReLU (Ioffe & Szegedy 2015). Default false. */
  readonly batchNormalisation?: boolean;
  /** Fraction of the units to drop in training: of the hidden ones, or of both (Srivastava et al. 2014). Default 0. */
  readonly dropout?: number | Partial<DropoutRates>;
}

/**
 * A fully connected network with ReLU in its hidden layers and softmax at its end.
 *
 * @throws RangeError unless there are two layers or more, each of one unit or more, and fractions are from 0 up to below 1
 */
export function fullyConnected({ layers = [3072, 50, 10], initialisation = 'lecun', batchNormalisation = false, dropout = 0 }: FullyConnectedOptions = {}): Network {
  if (layers.length < 2) throw new RangeError(`layers must name at least the pixels and the classes, not [${layers.join(', ')}]`);
  for (const units of layers) {
    if (!Number.isInteger(units) || units < 1) throw new RangeError(`layers must be whole numbers of units, 1 or more, not ${units}`);
  }
  if (!INITIALISATIONS.includes(initialisation)) throw new RangeError(`initialisation must be ${INITIALISATIONS.map((name) => `'${name}'`).join(', ')}, not ${JSON.stringify(initialisation)}`);
  const rates = dropoutRates(dropout);
  return {
    layers: [...layers],
    ...(initialisation !== 'lecun' && { initialisation }),
    ...(batchNormalisation && { batchNormalisation }),
    ...((rates.input > 0 || rates.hidden > 0) && { dropout: rates }),
  };
}

/** How many weight layers a network has: 2 for 3072-50-10. */
export function depth(network: Network): number {
  return network.layers.length - 1;
}

/** The numbers 1 … k of the weight layers, as in W1 … Wk. */
export function layerNumbers(network: Network): number[] {
  return Array.from({ length: depth(network) }, (_, index) => index + 1);
}

/** Whether layer k is followed by batch normalisation: every hidden layer of a network that has it. */
export function isNormalised(network: Network, k: number): boolean {
  return network.batchNormalisation === true && k < depth(network);
}

/** Both rates; a number is that of the hidden units. */
function dropoutRates(dropout: number | Partial<DropoutRates>): DropoutRates {
  const { input = 0, hidden = 0 } = typeof dropout === 'number' ? { hidden: dropout } : dropout;
  for (const rate of [input, hidden]) {
    if (!(Number.isFinite(rate) && rate >= 0 && rate < 1)) throw new RangeError(`dropout must be a fraction of the units, from 0 up to below 1, not ${rate}`);
  }
  return { input, hidden };
}
