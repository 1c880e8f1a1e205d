import { afterAll, expect, test } from 'vitest';
import { cifar10ClassNames } from '../../src/data/dataset';
import { exportSafetensors } from '../../src/export/safetensors';
import { decodeSafetensors } from '../../src/runs/safetensors';
import { networks, smallParts, trained } from './models';

const parts = smallParts();
afterAll(() => parts.dataset.remove());

test.each(Object.entries(networks))('the numbers of a network of %s come back to the bit', async (_, network) => {
  const { parameters, standardiser, ...model } = await trained(network, parts);
  const { tensors, metadata } = decodeSafetensors(exportSafetensors({ ...model, parameters, standardiser }, { metadata: { run: 'a' } }));
  const { pixelMean, pixelDeviation, ...rest } = tensors;
  expect(rest).toEqual(parameters);
  expect([pixelMean.data, pixelDeviation.data]).toEqual([standardiser.mean, standardiser.standardDeviation]);
  expect(metadata).toEqual({ classNames: JSON.stringify(cifar10ClassNames), layers: JSON.stringify(network.layers), producer: 'clr-lab 0.1.0', run: 'a' });
});
