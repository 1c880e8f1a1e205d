import { random } from '../random/random';
import { elements, type HostTensors, hostTensor } from './host-tensor';
import type { Initialisation, Network } from './network';
import { modelShapes } from './parameters';

export interface InitialiseOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Factor on all weights; 1e-3 makes the first loss ln 10. Default 1. */
  readonly scale?: number;
}

/** Standard deviation of the weights of a layer with so many inputs and outputs. */
const deviations: Readonly<Record<Initialisation, (fanIn: number, fanOut: number) => number>> = {
  lecun: (fanIn) => 1 / Math.sqrt(fanIn),
  he: (fanIn) => Math.sqrt(2 / fanIn),
  glorot: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)),
};

/**
 * What a network begins with: weights W1 [d × m], …, Wk normal, biases b1 [m], …, bk 0. The weights' standard deviation is by the
 * network's `initialisation`:
 *
 * - 'lecun', the default: 1/√(fan-in) (LeCun et al. 1998; DD2424, assignment 2);
 * - 'he': √(2/fan-in), which keeps the variance through layers of ReLU (He et al. 2015, equation 10);
 * - 'glorot': √(2/(fan-in + fan-out)) (Glorot & Bengio 2010, equation 12).
 *
 * In batch normalisation gamma is 1 and beta 0, the running mean 0 and the running variance 1. Float64; engines round to their precision.
 */
export function initialise(network: Network, { seed = 1, scale = 1 }: InitialiseOptions = {}): HostTensors {
  const draws = random(seed, 'weights');
  const deviation = deviations[network.initialisation ?? 'lecun'];
  const weights = ([fanIn, fanOut]: readonly number[]) => {
    const standardDeviation = scale * deviation(fanIn, fanOut);
    return Float64Array.from({ length: fanIn * fanOut }, () => standardDeviation * draws.normal());
  };
  const vector = (name: string, shape: readonly number[]) => new Float64Array(elements(shape)).fill(/^(gamma|variance)/.test(name) ? 1 : 0);
  return Object.fromEntries(Object.entries(modelShapes(network)).map(([name, shape]) => [name, hostTensor(shape, name.startsWith('W') ? weights(shape) : vector(name, shape))]));
}
