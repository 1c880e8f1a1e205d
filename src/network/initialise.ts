import { random } from '../random/random';
import { type HostTensor, type HostTensors, hostTensor } from './host-tensor';
import { layerNumbers, type Network } from './network';

export interface InitialiseOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Factor on all weights; 1e-3 makes the first loss ln 10. Default 1. */
  readonly scale?: number;
}

/**
 * Parameters W1 [d × m], b1 [m], …, Wk, bk: weights normal with standard deviation 1/√(fan-in), biases 0
 * (DD2424, assignment 2). Float64; engines round to their precision.
 */
export function initialise(network: Network, { seed = 1, scale = 1 }: InitialiseOptions = {}): HostTensors {
  const draws = random(seed, 'weights');
  const parameters: Record<string, HostTensor> = {};
  for (const k of layerNumbers(network)) {
    const [fanIn, fanOut] = [network.layers[k - 1], network.layers[k]];
    const standardDeviation = scale / Math.sqrt(fanIn);
    const weights = Float64Array.from({ length: fanIn * fanOut }, () => standardDeviation * draws.normal());
    parameters[`W${k}`] = hostTensor([fanIn, fanOut], weights); // [fan-in × fan-out]
    parameters[`b${k}`] = hostTensor([fanOut], new Float64Array(fanOut)); // [fan-out]
  }
  return parameters;
}
