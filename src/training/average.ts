import type { Part } from '../data/dataset';
import { type HostTensor, hostTensor, mapTensors } from '../network/host-tensor';
import { withBatchStatistics } from './batch-statistics';
import { requireModels } from './ensemble';
import type { EvaluateOptions } from './evaluate';
import type { Model } from './model';

/**
 * The network whose parameters are the mean of those of several networks of one run, such as the ends of its cycles (stochastic weight averaging; Izmailov
 * et al. 2018, arXiv:1803.05407). It costs no more than one of them.
 *
 * The running averages of batch normalisation are not averaged but made anew over the training part, as the paper does (section 3.2): the mean of several networks has
 * activations of its own. Nor would a mean of parameters into which batch normalisation was absorbed be the same network.
 *
 * @param training the part that the networks were trained on; read only with batch normalisation
 * @throws RangeError if there are no models, or they differ in network or standardiser
 */
export async function averageModels(models: readonly Model[], training: Part, options: Omit<EvaluateOptions, 'lambda'> = {}): Promise<Model> {
  requireModels(models);
  const [first] = models;
  models.forEach((model, index) => requireLike(first, model, index));
  const parameters = mapTensors(first.parameters, (tensor, name) => mean(tensor, models.map((model) => model.parameters[name])));
  const average: Model = { ...first, parameters };
  return first.network.batchNormalisation ? withBatchStatistics(average, training, options) : average;
}

/** The mean of tensors of one shape, summed in float64, in the first one's precision. */
function mean({ shape, data }: HostTensor, tensors: readonly HostTensor[]): HostTensor {
  const values = data.slice();
  for (let index = 0; index < values.length; index++) values[index] = tensors.reduce((sum, tensor) => sum + tensor.data[index], 0) / tensors.length;
  return hostTensor(shape, values);
}

function requireLike(first: Model, { network, standardiser }: Model, index: number): void {
  if (JSON.stringify(network) !== JSON.stringify(first.network)) throw new RangeError(`models.${index} is a network ${network.layers.join('-')} of another kind than models.0; networks of one kind would be right`);
  const same = standardiser.mean.every((value, pixel) => value === first.standardiser.mean[pixel]) && standardiser.standardDeviation.every((value, pixel) => value === first.standardiser.standardDeviation[pixel]);
  if (!same) throw new RangeError(`models.${index} has another standardiser than models.0; networks that were trained on the same images would be right`);
}
