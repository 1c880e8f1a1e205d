import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as runtime from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cifar10ClassNames, type Part } from '../../src/data/dataset';
import { readImages } from '../../src/data/images';
import { openDataset } from '../../src/data/open-dataset';
import { split } from '../../src/data/split';
import { exportOnnx } from '../../src/export/onnx';
import { fullyConnected } from '../../src/network/network';
import { cyclical } from '../../src/schedule/cyclical';
import { fit } from '../../src/training/fit';
import type { Model } from '../../src/training/model';
import { predict, predictImages } from '../../src/training/predict';
import { networks, smallParts, trained } from './models';

const folder = mkdtempSync(join(tmpdir(), 'clr-lab-export-'));
const parts = smallParts();
afterAll(() => {
  parts.dataset.remove();
  rmSync(folder, { recursive: true });
});

/** Runs a file with ONNX Runtime alone. */
async function run(file: Uint8Array, images: Uint8Array | Float32Array, shape: readonly number[]) {
  const session = await runtime.InferenceSession.create(file, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const outputs = await session.run({ images: new runtime.Tensor(images instanceof Uint8Array ? 'uint8' : 'float32', images, shape) });
  await session.release();
  return { classes: Uint8Array.from(outputs['class'].data as BigInt64Array, Number), probabilities: outputs['probabilities'].data as Float32Array, scores: outputs['scores'].data as Float32Array };
}

function expectSame(found: { classes: Uint8Array; probabilities: ArrayLike<number> }, right: { classes: Uint8Array; probabilities: ArrayLike<number> }): void {
  expect(found.classes).toEqual(right.classes);
  const errors = Array.from(right.probabilities, (value, index) => Math.abs(value - found.probabilities[index]));
  expect(errors.reduce((a, b) => Math.max(a, b), 0)).toBeLessThan(1e-5);
}

const python = '/usr/bin/python3';
const hasOnnx = existsSync(python) && spawnSync(python, ['-c', 'import onnx, numpy']).status === 0;

/** An array as a file of NumPy's. */
function npy(name: string, data: Uint8Array | Float32Array, shape: readonly number[]): string {
  const head = `{'descr': '${data instanceof Uint8Array ? '|u1' : '<f4'}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = `${head.padEnd(Math.ceil((head.length + 11) / 64) * 64 - 11)}\n`;
  const path = join(folder, name);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  writeFileSync(path, Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(padded), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
  return path;
}

describe.each(Object.entries(networks))('a network of %s as an ONNX file', (_, network) => {
  let model: Model;
  let images: Uint8Array;
  const shape = [200, 3, 4, 4];
  beforeAll(async () => {
    model = await trained(network, parts);
    images = await readImages(parts.test);
  });

  test.each(['bytes', 'floats'] as const)('gives for %s what the network in memory gives', async (input) => {
    const given = input === 'bytes' ? images : Float32Array.from(images, (value) => value / 255);
    expectSame(await run(exportOnnx(model, { input }), given, shape), await predict(model, parts.test));
  });

  test.each(['onnx', 'tfjs', 'reference'] as const)('is the definition that predictImages interprets with %s', async (engine) => {
    expectSame(await predictImages(model, images, { engine }), await predict(model, parts.test, { engine }));
  });

  test.runIf(hasOnnx).each(['bytes', 'floats'] as const)("is right by onnx's checker, and evaluated by NumPy gives the same for %s", async (input) => {
    const given = input === 'bytes' ? images : Float32Array.from(images, (value) => value / 255);
    const file = exportOnnx(model, { input, metadata: { settings: '{"seed":1}' } });
    const path = join(folder, `${input}.onnx`);
    writeFileSync(path, file);
    const { stdout, stderr } = spawnSync(python, [join(__dirname, 'evaluate.py'), path, npy('images.npy', given, shape)], { encoding: 'utf8', maxBuffer: 1e8 });
    expect(stderr).toBe('');
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({
      ir: 8, opset: 17, producer: 'clr-lab 0.1.0',
      inputs: [{ name: 'images', type: input === 'bytes' ? 2 : 1, shape: ['n', 3, 4, 4] }],
      outputs: [{ name: 'scores', type: 1, shape: ['n', 10] }, { name: 'probabilities', type: 1, shape: ['n', 10] }, { name: 'class', type: 7, shape: ['n'] }],
      metadata: { classNames: JSON.stringify(cifar10ClassNames), layers: JSON.stringify(network.layers), settings: '{"seed":1}' },
    });
    expect(found.operations.filter((name: string) => name === 'Gemm')).toHaveLength(network.layers.length - 1);
    expect(found.initialisers).toEqual(expect.arrayContaining(['W1', 'b1', 'mean', 'inverseDeviation']));
    const { classes, scores } = await run(file, given, shape);
    expect(found.classes).toEqual([...classes]);
    expect(Math.max(...scores.map((score, index) => Math.abs(score - found.scores[index])))).toBeLessThan(1e-4);
  });
});

test('any number of images goes in, also one', async () => {
  const model = await trained(networks['two layers'], parts);
  const images = await readImages({ ...parts.test, rows: parts.test.rows.slice(0, 1) });
  expect((await run(exportOnnx(model), images, [1, 3, 4, 4])).classes).toEqual((await predict(model, parts.test)).classes.slice(0, 1));
});

test('refuses what cannot be right', async () => {
  const model = await trained(networks['two layers'], parts);
  expect(() => exportOnnx(model, { input: 'pixels' as never })).toThrow(`input is "pixels"; 'bytes' or 'floats' would be right`);
  expect(() => exportOnnx(model, { classNames: ['cat'] })).toThrow('classNames has 1 names; one for each of the 10 outputs would be right');
  await expect(predictImages(model, new Uint8Array(50))).rejects.toThrow('images are 50 bytes; a multiple of 48, the values of one image, would be right');
});

/** All 10,000 test images of CIFAR-10 where it is there and all tests run, else a part of a synthetic set: the report's network. */
test('the file gives the same classes as the network in memory on all test images', { timeout: 300_000 }, async () => {
  const dataset = process.env.CLR_LAB_TEST_ALL && process.env.CIFAR10_DIR ? await openDataset() : undefined;
  const real = dataset && split(dataset, { train: ['batch 1'], validation: ['batch 2'] });
  const { train, validation, test: testing }: { train: Part; validation: Part; test: Part } = real ?? parts;
  const width = train.dataset.pixels.width;
  for (const network of [fullyConnected({ layers: [width, 50, 10] }), fullyConnected({ layers: [width, 50, 30, 10], batchNormalisation: true })]) {
    const { model } = await fit(network, { train, validation }, { schedule: cyclical({ stepSize: 100 }), updates: 200, measurementsPerEpoch: 1 });
    const side = Math.sqrt(width / 3);
    const found = await run(exportOnnx(model), await readImages(testing), [testing.rows.length, 3, side, side]);
    expectSame(found, await predict(model, testing));
  }
});
