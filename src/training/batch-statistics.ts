import type { Part } from '../data/dataset';
import type { Definition } from '../engine/engine';
import type { Algebra, Tensors } from '../network/algebra';
import { absorbBatchNormalisation } from '../network/batch-normalisation';
import { layer } from '../network/forward';
import { hostTensor, type HostTensor } from '../network/host-tensor';
import { isNormalised, layerNumbers, type Network } from '../network/network';
import { standardise } from '../network/standardise';
import { type EvaluateOptions, resolveEngine } from './evaluate';
import { currentSignal } from './interruption';
import { type Model, programData, requireFit } from './model';
import { modelSpecs, type ProgramData, scalingConstants } from './programs';

/** Images per call: some milliseconds, so that the event loop turns. */
const CHUNK = 500;

/**
 * A network with batch normalisation whose running means and variances are replaced by those over all images of a part, layer after layer: each layer's are of what it
 * gets from the layers before it as they are at inference. The variance counts with Bessel's correction, as the running one does.
 */
export async function withBatchStatistics(model: Model, part: Part, options: Omit<EvaluateOptions, 'lambda'> = {}): Promise<Model> {
  const { network, standardiser } = model;
  requireFit(network, part);
  const { signal = currentSignal() } = options;
  const engine = await resolveEngine(options.engine);
  let { parameters } = model;
  for (const k of layerNumbers(network).filter((each) => isNormalised(network, each))) {
    const units = network.layers[k];
    const [sum, squares] = [new Float64Array(units), new Float64Array(units)];
    const program = await engine.compile(statisticsProgram(network, k, programData(part.dataset, standardiser)));
    try {
      for (let from = 0; from < part.rows.length; from += CHUNK) {
        signal?.throwIfAborted();
        const rows = part.rows.subarray(from, from + CHUNK);
        const outputs = await program.run({ ...parameters, rows: hostTensor([rows.length], rows) });
        outputs.sum.data.forEach((value, unit) => (sum[unit] += value));
        outputs.squares.data.forEach((value, unit) => (squares[unit] += value));
      }
    } finally {
      await program.dispose();
    }
    const n = part.rows.length;
    const mean = sum.map((total) => total / n);
    const variance = squares.map((total, unit) => Math.max(0, total / n - mean[unit] ** 2) * (n / (n - 1)));
    parameters = { ...parameters, [`mean${k}`]: like(parameters[`mean${k}`], mean), [`variance${k}`]: like(parameters[`variance${k}`], variance) };
  }
  return { ...model, parameters };
}

/** Of what layer k makes of the images with these `rows`, S = H W before its normalisation: the sum of each unit, and of its squares, [m]. */
function statisticsProgram(network: Network, k: number, data: ProgramData): Definition {
  return {
    name: `statistics of layer ${k}`,
    inputs: { ...modelSpecs(network), rows: { type: 'int', shape: ['images'] } },
    constants: { images: data.images, ...scalingConstants(data) },
    compute<T>(A: Algebra<T>, inputs: Tensors<T>, { images, mean, inverseDeviation }: Tensors<T>) {
      const absorbed = absorbBatchNormalisation(A, network, inputs);
      let H = standardise(A, A.gather(images, inputs.rows), { mean, inverseDeviation }); // [images × d]
      for (let j = 1; j < k; j++) H = A.relu(layer(A, absorbed, j, H)); // [images × m_j]
      const S = A.matmul(H, inputs[`W${k}`]); // [images × m]
      return { sum: A.sum(S, 0), squares: A.sum(A.mul(S, S), 0) };
    },
  };
}

function like({ data }: HostTensor, values: Float64Array): HostTensor {
  return hostTensor([values.length], data instanceof Float32Array ? Float32Array.from(values) : values);
}
