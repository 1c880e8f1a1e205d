import { type Augmentation, drawVariants } from './augmentation';
import { hostTensor, type HostTensors, type HostTensor } from '../network/host-tensor';
import { drawMask, droppedLayers, maskName } from '../network/dropout';
import type { Network } from '../network/network';
import type { Optimiser } from '../network/optimiser/optimiser';
import type { Schedule } from '../schedule/schedule';
import type { MiniBatches } from './mini-batches';

/** What the updates of a run are told beside the training state. */
export interface UpdatePlan {
  readonly network: Network;
  readonly optimiser: Optimiser;
  readonly batches: MiniBatches;
  readonly batchSize: number;
  readonly schedule: Schedule;
  readonly lambda: number;
  readonly seed: number;
  readonly augmentation?: Augmentation;
}

/**
 * The inputs of `updatesProgram` for the updates `first` … `last`, but the training state. What is random in them follows from the seed
 * and each update's number alone.
 */
export function updateInputs({ network, optimiser, batches, batchSize, schedule, lambda, seed, augmentation }: UpdatePlan, first: number, last: number): HostTensors {
  const count = last - first + 1;
  const perUpdate = (value: (t: number) => number) => hostTensor([count], Float64Array.from({ length: count }, (_, index) => value(first + index)));
  const scalars = Object.keys(optimiser.scalars(first)).map((name) => [name, perUpdate((t) => optimiser.scalars(t)[name])] as const);
  const masks = droppedLayers(network).map((layer): [string, HostTensor] => {
    const mask = new Uint8Array(count * batchSize * layer.units);
    for (let t = first; t <= last; t++) mask.set(drawMask(layer, batchSize, seed, t), (t - first) * batchSize * layer.units);
    return [maskName(layer.index), hostTensor([count, batchSize, layer.units], mask)];
  });
  return {
    rows: hostTensor([count, batchSize], batches.rows(first, last)),
    etas: perUpdate(schedule),
    lambda: hostTensor([], Float64Array.of(lambda)),
    ...Object.fromEntries(scalars),
    ...Object.fromEntries(masks),
    ...(augmentation && { variants: hostTensor([count, batchSize], drawVariants(augmentation, batchSize, seed, first, last)) }),
  };
}
