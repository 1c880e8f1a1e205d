import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cifar10Checksum } from '../../src/data/dataset';
import { openDataset } from '../../src/data/open-dataset';
import { decodeSafetensors } from '../../src/runs/safetensors';
import { runOnce } from '../../src/runs/run';
import type { RunSettingsInput } from '../../src/runs/settings';
import { openStore } from '../../src/runs/store';
import { predictImages } from '../../src/training/predict';
import { bestRun } from '../../src/cli/stored-runs';
import type { RunSummary } from '../../src/runs/stored-run';

const folder = mkdtempSync(join(tmpdir(), 'clr-lab-command-'));
const store = openStore({ directory: join(folder, 'runs') });
const settings: RunSettingsInput = {
  layers: [3072, 10, 10], split: { train: ['batch 1'], validation: ['batch 2'] }, schedule: { type: 'cyclical', etaMin: 1e-4, etaMax: 0.05, stepSize: 10 }, updates: 20, batchSize: 10, engine: 'onnx',
};
const keys: string[] = [];
const picture = new PNG({ width: 32, height: 32 });

beforeAll(async () => {
  vi.stubEnv('CLR_LAB_CACHE', join(folder, 'cache'));
  vi.stubEnv('CLR_LAB_SYNTHETIC_RECORDS', '100');
  const dataset = await openDataset({ synthetic: true, onMessage: () => {} });
  keys.push((await runOnce(settings, dataset, { store })).key, (await runOnce({ ...settings, batchNormalisation: true, seed: 2 }, dataset, { store })).key);
  for (let index = 0; index < picture.data.length; index++) picture.data[index] = index % 4 === 3 ? 255 : (index * 7) % 251;
  writeFileSync(join(folder, 'picture.png'), PNG.sync.write(picture));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs the command line, as built, in the folder. */
function command(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve('dist/cli/main.js'), ...args], { cwd: folder, encoding: 'utf8', env: { ...process.env, INIT_CWD: folder, CLR_LAB_RUNS: store.directory } });
  return { stdout, stderr, status };
}

describe('clr-lab predict', () => {
  test('says what the network in memory says, of the run that is named', async () => {
    const { stdout, status } = command('predict', 'picture.png', '--run', keys[1].slice(0, 12), '--json');
    expect(status).toBe(0);
    const { run, dataset, predictions } = JSON.parse(stdout);
    const stored = await store.get(keys[1]);
    if (stored?.outcome !== 'finished') throw new Error('the run is not stored');
    const bytes = Uint8Array.from({ length: 3072 }, (_, index) => picture.data[4 * (index % 1024) + Math.floor(index / 1024)]);
    const { probabilities } = await predictImages(stored.model, bytes);
    expect({ run, dataset, file: predictions[0].file }).toEqual({ run: keys[1], dataset: 'synthetic', file: 'picture.png' });
    expect(Object.values<number>(predictions[0].probabilities)).toEqual([...probabilities].sort((a, b) => b - a));
    expect(predictions[0].probabilities[predictions[0].class]).toBe(Math.max(...probabilities));
  });

  test('takes the best run if none is named, and says that it learned from synthetic data', () => {
    const { stdout } = command('predict', 'picture.png');
    expect(stdout).toMatch(/^SYNTHETIC DATA\npicture\.png {2}\w+ \d+\.\d\d %( {2}\w+ \d+\.\d\d %){2}\nby run [0-9a-f]{12}, 3072-10-10, validation accuracy \d+\.\d\d %\n$/);
  });

  test.each([
    [['predict', 'none.png'], /none\.png is not there; a PNG or JPEG file would be right/],
    [['predict', 'picture.png', '--run', 'xyz'], /no run's key begins with xyz in /],
    [['predict', 'picture.png', '--run', ''], /2 keys begin with ; give more of the key/],
  ])('fails for %j', (args, message) => {
    const { stderr, status, stdout } = command(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('clr-lab export', () => {
  test('writes each format whole', async () => {
    for (const format of ['onnx', 'tfjs', 'safetensors']) expect(command('export', keys[0].slice(0, 12), '--format', format, '--out', `made/${format}`)).toMatchObject({ status: 0, stderr: '' });
    const { tensors, metadata } = decodeSafetensors(readFileSync(join(folder, 'made', 'safetensors')));
    const stored = await store.get(keys[0]);
    if (stored?.outcome !== 'finished') throw new Error('the run is not stored');
    expect(tensors).toMatchObject(stored.model.parameters);
    expect(metadata).toMatchObject({ run: keys[0], settings: JSON.stringify(stored.identity.settings) });
    expect(['onnx', 'tfjs/model.json', 'tfjs/weights.bin'].map((name) => existsSync(join(folder, 'made', name)))).toEqual([true, true, true]);
  });

  test('fails for a format that there is not, or where it may not write', () => {
    expect(command('export', 'best', '--format', 'caffe', '--out', 'x').stderr).toContain('Allowed choices are onnx, tfjs, safetensors');
    const { status, stderr } = command('export', 'best', '--out', 'picture.png/inside');
    expect(status).toBe(1);
    expect(stderr).toContain('picture.png');
  });
});

test('the best run is the one with the best validation accuracy at its end, and CIFAR-10 comes before all else', () => {
  const run = (key: string, accuracy: number, more: object = {}) => ({ key, outcome: 'finished', identity: { dataset: 'other' }, history: [{ validation: { accuracy: 1 } }, { validation: { accuracy } }], ...more }) as unknown as RunSummary;
  const real = { identity: { dataset: cifar10Checksum } };
  expect(bestRun([run('a', 0.3), run('b', 0.5), run('c', 0.4)], '').key).toBe('b');
  expect(bestRun([run('a', 0.9), run('b', 0.5, real), run('c', 0.6, { ...real, outcome: 'diverged' })], '').key).toBe('b');
  expect(() => bestRun([run('c', 0.6, { outcome: 'diverged' })], '/runs')).toThrow("no finished run in /runs; 'clr-lab train' makes one");
});
