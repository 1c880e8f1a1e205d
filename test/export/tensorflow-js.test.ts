import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { afterAll, describe, expect, test } from 'vitest';
import { cifar10ClassNames, type Part } from '../../src/data/dataset';
import { readImages } from '../../src/data/images';
import { openDataset } from '../../src/data/open-dataset';
import { split } from '../../src/data/split';
import { loadTensorFlow } from '../../src/engine/tfjs/load-tensorflow';
import { exportTensorFlowJs, type TensorFlowJsFiles } from '../../src/export/tensorflow-js';
import { fullyConnected } from '../../src/network/network';
import { cyclical } from '../../src/schedule/cyclical';
import { fit } from '../../src/training/fit';
import type { Model } from '../../src/training/model';
import { predict } from '../../src/training/predict';
import { networks, smallParts, trained } from './models';

const parts = smallParts();
const servers: Server[] = [];
afterAll(() => {
  parts.dataset.remove();
  for (const server of servers) server.close();
});

/** Reads the files as a page would: with `tf.loadLayersModel` over HTTP. */
async function load(files: TensorFlowJsFiles): Promise<LayersModel> {
  const { tf } = await loadTensorFlow();
  const server = createServer(({ url }, response) => response.end(files[url!.slice(1) as keyof TensorFlowJsFiles]));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return tf.loadLayersModel(`http://127.0.0.1:${(server.address() as AddressInfo).port}/model.json`);
}

/** Images in TensorFlow's order, [n × side × side × 3]. */
function byPixel(images: Uint8Array, side: number): Float32Array {
  const pixels = side * side;
  return Float32Array.from(images, (_, index) => {
    const [image, within] = [Math.floor(index / (3 * pixels)), index % (3 * pixels)];
    return images[image * 3 * pixels + (within % 3) * pixels + Math.floor(within / 3)];
  });
}

async function expectSame(model: Model, part: Part): Promise<void> {
  const { tf } = await loadTensorFlow();
  const layers = await load(await exportTensorFlowJs(model));
  const side = Math.sqrt(model.network.layers[0] / 3);
  const input = tf.tensor(byPixel(await readImages(part), side), [part.rows.length, side, side, 3]);
  const output = layers.predictOnBatch(input) as Tensor; // predict would copy all images for each 32 of them
  const [found, classes] = [await output.data(), await tf.argMax(output, 1).data()];
  const right = await predict(model, part);
  expect([...classes]).toEqual([...right.classes]);
  expect(Math.max(...right.probabilities.slice(0, 1000).map((value, index) => Math.abs(value - found[index])))).toBeLessThan(1e-5);
  layers.dispose();
}

describe.each(Object.entries(networks))('a network of %s as a TensorFlow.js model', (_, network) => {
  test('gives what the network in memory gives', async () => {
    await expectSame(await trained(network, parts), parts.test);
  });
});

test('is a layers model of two files, in which every layer and class has its name', async () => {
  const { tf } = await loadTensorFlow();
  const files = await exportTensorFlowJs(await trained(networks['two layers'], parts), { metadata: { settings: '{"seed":1}' } });
  const manifest = JSON.parse(Buffer.from(files['model.json']).toString());
  expect(Object.keys(files)).toEqual(['model.json', 'weights.bin']);
  expect(manifest).toMatchObject({ format: 'layers-model', weightsManifest: [{ paths: ['weights.bin'] }], userDefinedMetadata: { classNames: JSON.stringify(cifar10ClassNames), settings: '{"seed":1}' } });
  expect(files['weights.bin']).toHaveLength(4 * (48 * 20 + 20 + 20 * 10 + 10));
  const layers = await load(files);
  expect(layers.layers.map(({ name }) => name)).toEqual(['pixels', 'dense_1', 'dense_2']);
  expect(layers.inputs[0].shape).toEqual([null, 4, 4, 3]);
  layers.dispose();
  const before = tf.memory().numTensors;
  await exportTensorFlowJs(await trained(networks['two layers'], parts));
  expect(tf.memory().numTensors).toBe(before);
});

test.runIf(process.env.CLR_LAB_TEST_ALL && process.env.CIFAR10_DIR)('the model gives the same classes as the network in memory on all test images of CIFAR-10', { timeout: 300_000 }, async () => {
  const { train, validation, test: testing } = split(await openDataset(), { train: ['batch 1'], validation: ['batch 2'] });
  const { model } = await fit(fullyConnected({ layers: [3072, 50, 10] }), { train, validation }, { schedule: cyclical({ stepSize: 100 }), updates: 200, measurementsPerEpoch: 1 });
  await expectSame(model, testing);
});
