import { split } from '../../src/data/split';
import { fullyConnected, type Network } from '../../src/network/network';
import { cyclical } from '../../src/schedule/cyclical';
import { fit } from '../../src/training/fit';
import type { Model } from '../../src/training/model';
import { randomDataset } from '../support/random-dataset';

/** A small data set of images of 4 × 4 pixels in three colours, and parts of it. */
export function smallParts() {
  const dataset = randomDataset({ recordsPerBatch: 200, width: 48 });
  return { dataset, ...split(dataset, { train: ['batch 1', 'batch 2'], validation: ['batch 3'] }) };
}

/** Networks of every kind that is different at inference. */
export const networks: Readonly<Record<string, Network>> = {
  'two layers': fullyConnected({ layers: [48, 20, 10] }),
  'one layer': fullyConnected({ layers: [48, 10] }),
  'batch normalisation and dropout': fullyConnected({ layers: [48, 30, 20, 10], batchNormalisation: true, dropout: 0.2 }),
};

export async function trained(network: Network, parts: Pick<ReturnType<typeof smallParts>, 'train' | 'validation'>): Promise<Model> {
  const { model } = await fit(network, parts, { schedule: cyclical({ stepSize: 50 }), updates: 100, batchSize: 20, engine: 'onnx' });
  return model;
}
