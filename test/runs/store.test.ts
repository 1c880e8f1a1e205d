import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { hostTensor } from '../../src/network/host-tensor';
import { entryFormat } from '../../src/runs/entry-folder';
import { identityOf, keyOf } from '../../src/runs/identity';
import { parseRunSettings } from '../../src/runs/settings';
import { openStore } from '../../src/runs/store';
import { StoreError } from '../../src/runs/store-error';
import type { FinishedRun } from '../../src/runs/stored-run';
import { smallDataset, smallSettings } from './small-dataset';

const folder = mkdtempSync(join(tmpdir(), 'clr-lab-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
let directory: string;
let messages: string[];
let count = 0;
beforeEach(() => {
  directory = join(folder, String(count++), 'runs');
  messages = [];
});
const open = () => openStore({ directory, onMessage: (text) => messages.push(text) });

async function exampleRun(lambda = 0.01): Promise<FinishedRun> {
  const scores = { cost: 0.1 + 0.2, loss: 1e-300, accuracy: 1 / 3 };
  return {
    outcome: 'finished',
    identity: await identityOf(parseRunSettings({ ...smallSettings, layers: [3, 2], lambda }), 'data'),
    history: [{ update: 0, epoch: 0, eta: 1e-5, train: scores, validation: scores }],
    seconds: 1.5,
    environment: { engine: 'e', node: 'n', platform: 'p', architecture: 'a', processor: 'c', cores: 2, memoryGiB: 1, finished: '2020-01-01T00:00:00.000Z' },
    model: {
      network: { layers: [3, 2] },
      parameters: { W1: hostTensor([3, 2], Float32Array.of(1, -0, 0.1, 3.4e38, 1e-45, NaN)), b1: hostTensor([2], Float32Array.of(5, 6)) },
      standardiser: { mean: Float64Array.of(0.1, 0.2, 0.3), standardDeviation: Float64Array.of(1, 2, 3) },
    },
  };
}

const files = (key: string) => readdirSync(join(directory, key)).map((name) => join(directory, key, name));

test('gives back what was put, to the last bit', async () => {
  const run = await exampleRun();
  const key = await open().put(run);
  expect(key).toBe(keyOf(run.identity));
  expect(await open().get(key)).toEqual(run);
  expect(readdirSync(directory)).toEqual([key]);
  expect(readdirSync(join(directory, key)).sort()).toEqual(['manifest.json', 'run.json', 'standardiser.safetensors', 'weights.safetensors']);
});

test('a run that is there stays, unless it is to be replaced', async () => {
  const run = await exampleRun();
  const key = await open().put(run);
  await open().put({ ...run, seconds: 7 });
  expect(await open().get(key)).toMatchObject({ seconds: 1.5 });
  await open().put({ ...run, seconds: 7 }, { replace: true });
  expect(await open().get(key)).toMatchObject({ seconds: 7 });
  expect(readdirSync(directory)).toEqual([key]);
});

test('lists runs without their weights, oldest first, and removes them', async () => {
  const [a, b] = [await exampleRun(0.1), await exampleRun(0.2)];
  expect(await open().list()).toEqual([]);
  const keyA = await open().put({ ...a, environment: { ...a.environment, finished: '2021-01-01T00:00:00.000Z' } });
  const keyB = await open().put(b);
  mkdirSync(join(directory, 'something else'));
  const listed = await open().list();
  expect(listed.map(({ key, identity }) => [key, identity.settings.lambda])).toEqual([[keyB, 0.2], [keyA, 0.1]]);
  expect(listed[0]).not.toHaveProperty('model');
  expect(await open().remove(keyA)).toBe(true);
  expect(await open().remove(keyA)).toBe(false);
  expect((await open().list()).map(({ key }) => key)).toEqual([keyB]);
});

test('a key that is none is refused: it could be a path', async () => {
  await expect(open().get('../../etc')).rejects.toThrow('"../../etc" is no key of a run; 64 hexadecimal digits would be right');
});

describe('damage is found and named, counts for nothing, and gives way to the run made again', () => {
  test('a flipped bit in any byte of any file', async () => {
    const run = await exampleRun();
    const key = await open().put(run);
    for (const path of files(key)) {
      const whole = readFileSync(path);
      for (let position = 0; position < whole.length; position++) {
        const flipped = Buffer.from(whole);
        flipped[position] ^= 1 << position % 8;
        writeFileSync(path, flipped);
        messages = [];
        if ((await open().get(key)) !== undefined || messages.length !== 1) expect.unreachable(`byte ${position} of ${path} is not missed`);
      }
      expect(messages[0]).toContain(`The stored run ${key} in ${directory} is damaged: ${path.slice(path.lastIndexOf('/') + 1)} has another SHA-256`);
      writeFileSync(path, whole);
    }
    expect(await open().get(key)).toEqual(run);
  });

  test.each([
    ['a file is missing', (key: string) => rmSync(join(directory, key, 'weights.safetensors')), 'weights.safetensors is missing'],
    ['a file is cut off', (key: string) => truncateSync(join(directory, key, 'weights.safetensors'), 20), 'weights.safetensors has 20 bytes, not'],
    ['there is no manifest', (key: string) => rmSync(join(directory, key, 'manifest.json')), 'it has no manifest.json'],
    ['the manifest is empty', (key: string) => truncateSync(join(directory, key, 'manifest.json')), 'manifest.json has another SHA-256 than its second line says'],
  ])('%s', async (_, damage, message) => {
    const run = await exampleRun();
    const key = await open().put(run);
    damage(key);
    expect(await open().get(key)).toBeUndefined();
    expect(messages).toEqual([expect.stringContaining(message)]);
    await open().put({ ...run, seconds: 9 });
    expect(await open().get(key)).toMatchObject({ seconds: 9 });
    expect(readdirSync(directory)).toEqual([key]);
  });

  test('the folder of another run under this name', async () => {
    const [a, b] = [await open().put(await exampleRun(0.1)), await open().put(await exampleRun(0.2))];
    rmSync(join(directory, a), { recursive: true });
    cpSync(join(directory, b), join(directory, a), { recursive: true });
    expect(await open().get(a)).toBeUndefined();
    expect(messages).toEqual([expect.stringContaining(`it is the run ${b}`)]);
  });

  test('a folder that a killed process left unfinished is no entry', async () => {
    const key = await open().put(await exampleRun());
    cpSync(join(directory, key), join(directory, `${key}.7.unfinished`), { recursive: true });
    rmSync(join(directory, key), { recursive: true });
    expect(await open().get(key)).toBeUndefined();
    expect(await open().list()).toEqual([]);
    expect(messages).toEqual([]);
  });
});

test('an entry of a later format is left alone, and said to be one', async () => {
  const run = await exampleRun();
  const key = await open().put(run);
  const path = join(directory, key, 'manifest.json');
  const line = readFileSync(path, 'utf8').split('\n')[0].replace('"format":1', '"format":2');
  const { createHash } = await import('node:crypto');
  writeFileSync(path, `${line}\n${createHash('sha256').update(line).digest('hex')}\n`);
  await expect(open().get(key)).rejects.toThrow('an entry was written by a later version of clr-lab: it is of format 2; this version reads 1 to 1');
  await expect(open().put(run)).rejects.toThrow(StoreError);
  expect(readFileSync(path, 'utf8')).toContain('"format":2');
});

test('entries of all earlier formats are read', async () => {
  const fixtures = join(__dirname, 'fixtures');
  const store = openStore({ directory: fixtures, onMessage: (text) => messages.push(text) });
  const keys = readdirSync(fixtures).filter((name) => name.length === 64);
  const formats = keys.map((key) => (JSON.parse(readFileSync(join(fixtures, key, 'manifest.json'), 'utf8').split('\n')[0]) as { format: number }).format);
  // Who raises the format keeps an entry of the one before here.
  expect([...new Set(formats)].sort()).toEqual(Array.from({ length: entryFormat }, (_, index) => index + 1));
  for (const key of keys) {
    const run = await store.get(key);
    expect(run).toMatchObject({ outcome: 'finished', history: [{ update: 0 }, { update: 20, validation: { accuracy: expect.any(Number) } }] });
    expect((run as FinishedRun).model.parameters.W1).toMatchObject({ shape: [48, 4], data: expect.any(Float32Array) });
    expect((run as FinishedRun).model.standardiser.mean).toHaveLength(48);
  }
  expect(messages).toEqual([]);
});

describe('two processes', () => {
  const dataset = smallDataset();
  afterAll(() => dataset.remove());

  test('may write the same run at once, again and again', async () => {
    const job = JSON.stringify({ dataset: describeDataset(dataset), settings: smallSettings, store: directory, times: 15 });
    const children = [0, 1].map(() => run(process.execPath, [join(__dirname, 'run-process.cjs'), job]));
    const key = keyOf(await identityOf(parseRunSettings(smallSettings), dataset.checksum));
    let running = true;
    const ended = Promise.all(children).finally(() => (running = false));
    let reads = 0;
    while (running) if ((await open().get(key)) !== undefined) reads++;
    expect(await ended).toEqual([{ code: 0, error: '' }, { code: 0, error: '' }]);
    expect(reads).toBeGreaterThan(20);
    expect(messages).toEqual([]);
    expect(readdirSync(directory)).toEqual([key]);
    expect(await open().get(key)).toMatchObject({ outcome: 'finished', identity: { dataset: dataset.checksum } });
  }, 60_000);

  test.runIf(existsSync('/bin/bash'))('where the disk is full, the error says so, and what was stored stays readable', async () => {
    const run_ = await exampleRun();
    const key = await open().put(run_);
    const job = JSON.stringify({ dataset: describeDataset(dataset), settings: smallSettings, store: directory });
    // No file may grow beyond 4 KiB: the weights do not fit.
    const { code, error } = await run('/bin/bash', ['-c', 'ulimit -f 4; exec "$0" "$@"', process.execPath, join(__dirname, 'run-process.cjs'), job]);
    expect(code).toBe(1);
    expect(error).toContain(`StoreError: The store of runs in ${directory}: storing a run failed: the disk is full: no file may grow so large (EFBIG). What was stored before is unharmed.`);
    expect(readdirSync(directory)).toEqual([key]);
    expect(await open().get(key)).toEqual(run_);
  });
});

test('where the folder may not be written, the error says so, and what was stored stays readable', async () => {
  const run = await exampleRun();
  const key = await open().put(run);
  await asUnprivileged(async () => {
    await expect(open().put({ ...run, seconds: 2 }, { replace: true })).rejects.toThrow(/^The store of runs in .* failed: it may not be written \(EACCES\)\. What was stored before is unharmed\./);
    expect(await open().get(key)).toEqual(run);
    expect(await open().list()).toHaveLength(1);
  });
  expect(readdirSync(directory)).toEqual([key]);
});

test('a file where the folder should be is named', async () => {
  mkdirSync(join(directory, '..'), { recursive: true });
  copyFileSync(__filename, directory);
  await expect(open().requireWritable()).rejects.toThrow(/opening the folder for writing failed: .*EEXIST|ENOTDIR/);
});

test('a folder that is removed while the store is open is made again', async () => {
  const store = open();
  const run = await exampleRun();
  const key = await store.put(run);
  rmSync(directory, { recursive: true });
  expect(await store.get(key)).toBeUndefined();
  await store.put(run);
  expect(await store.get(key)).toEqual(run);
});

/** With the folder closed to writing; root, to whom no folder is closed, acts as nobody. */
async function asUnprivileged(work: () => Promise<void>): Promise<void> {
  chmodSync(folder, 0o755);
  chmodSync(directory, 0o555);
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid!(65534);
  try {
    await work();
  } finally {
    if (root) process.seteuid!(0);
    chmodSync(directory, 0o755);
  }
}

function run(command: string, parameters: readonly string[]): Promise<{ code: number | null; error: string }> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  let error = '';
  child.stderr.on('data', (chunk) => (error += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, error })));
}

test('the folder of the environment is the default', async () => {
  const before = process.env.CLR_LAB_RUNS;
  process.env.CLR_LAB_RUNS = directory;
  try {
    await openStore().requireWritable();
    expect(statSync(directory).isDirectory()).toBe(true);
  } finally {
    if (before === undefined) delete process.env.CLR_LAB_RUNS;
    else process.env.CLR_LAB_RUNS = before;
  }
});
