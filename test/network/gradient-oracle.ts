import type { HostTensors } from '../../src/network/host-tensor';

/** The cost of a network in plain loops, one image at a time, written without anything of src: for comparison. */
export function oracleCost(layers: readonly number[], parameters: HostTensors, X: ArrayLike<number>, labels: ArrayLike<number>, lambda: number): number {
  const depth = layers.length - 1;
  let loss = 0;
  for (let image = 0; image < labels.length; image++) {
    let values = Array.from({ length: layers[0] }, (_, pixel) => X[image * layers[0] + pixel]);
    for (let k = 1; k <= depth; k++) {
      const [W, b] = [parameters[`W${k}`].data, parameters[`b${k}`].data];
      const sums = Array.from({ length: layers[k] }, (_, j) => values.reduce((sum, value, i) => sum + value * W[i * layers[k] + j], b[j]));
      values = k === depth ? sums : sums.map((sum) => (sum > 0 ? sum : 0));
    }
    const largest = Math.max(...values);
    loss += largest + Math.log(values.reduce((sum, score) => sum + Math.exp(score - largest), 0)) - values[labels[image]];
  }
  let squares = 0;
  for (let k = 1; k <= depth; k++) for (const weight of parameters[`W${k}`].data) squares += weight * weight;
  return loss / labels.length + lambda * squares;
}

/** The parameters with one element changed by delta. */
export function changed(parameters: HostTensors, name: string, place: number, delta: number): HostTensors {
  const data = Float64Array.from(parameters[name].data);
  data[place] += delta;
  return { ...parameters, [name]: { shape: parameters[name].shape, data } };
}
