import { appendFile, cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attachDataset, describeDataset } from '../../src/data/attach-dataset';
import { writeBatches } from '../../src/data/batch-files';
import { readImages } from '../../src/data/images';
import { openDataset } from '../../src/data/open-dataset';
import { handMadeDirectory, handMadeFile, handMadePixel, hex, list, temporaryFolder } from './fixtures';

async function handMade(): Promise<{ directory: string; options: Parameters<typeof openDataset>[0]; cache: string; messages: string[] }> {
  const folder = await temporaryFolder();
  const directory = join(folder, 'batches');
  await mkdir(directory);
  const publication = await handMadeDirectory(directory);
  const cache = join(folder, 'cache');
  const messages: string[] = [];
  const options = { directory, publication, environment: { CLR_LAB_CACHE: cache }, onMessage: (text: string) => messages.push(text) };
  return { directory, options, cache, messages };
}

describe('a directory of batches', () => {
  test('becomes labels, groups and a pixel file', async () => {
    const { directory, options, cache } = await handMade();
    const dataset = await openDataset(options);
    expect(dataset.name).toBe('synthetic'); // it is not CIFAR-10, whatever its files are called
    expect(dataset.directory).toBe(directory);
    expect(dataset.classNames[9]).toBe('truck');
    expect([...dataset.labels]).toEqual([0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6, 4, 5, 6, 7, 5, 6, 7, 8]);
    expect(dataset.groups.map(({ name, start, size }) => `${name}: ${start}+${size}`)).toEqual([
      'batch 1: 0+4', 'batch 2: 4+4', 'batch 3: 8+4', 'batch 4: 12+4', 'batch 5: 16+4', 'test batch: 20+4',
    ]);
    const pixels = await readFile(dataset.pixels.path);
    expect(pixels).toHaveLength(24 * 3072);
    expect(dataset.pixels).toMatchObject({ rows: 24, width: 3072 });
    for (const [row, pixel] of [[0, 0], [4, 0], [23, 3071], [13, 2000]]) {
      expect(pixels[row * 3072 + pixel]).toBe(handMadePixel(Math.floor(row / 4), row % 4, pixel));
    }
    expect(dataset.checksum).toBe(hex('sha256', pixels, dataset.labels));
    expect((await list(cache)).filter((name) => name.startsWith(dataset.checksum))).toHaveLength(2);
    expect(await list(cache)).toHaveLength(3); // and the index
  });

  test('takes its class names from batches.meta.txt where that is there', async () => {
    const { directory, options } = await handMade();
    await writeFile(join(directory, 'batches.meta.txt'), 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n');
    expect((await openDataset(options)).classNames.join('')).toBe('abcdefghij');
    await writeFile(join(directory, 'batches.meta.txt'), 'a\nb\n');
    await expect(openDataset(options)).rejects.toThrow(/batches\.meta\.txt names 2 classes; 10, one a line, would be right/);
  });

  test.each<[string, (directory: string) => Promise<unknown>, RegExp]>([
    ['a missing directory', (d) => rm(d, { recursive: true }), /There is no directory .*batches\. A directory with the six batch files .* would be right/],
    ['a file in place of it', (d) => rm(d, { recursive: true }).then(() => writeFile(d, '')), /batches is not a directory/],
    ['missing files', (d) => Promise.all(['data_batch_3.bin', 'test_batch.bin'].map((f) => rm(join(d, f)))), /batches lacks data_batch_3\.bin, test_batch\.bin\./],
    ['a truncated file', (d) => truncate(join(d, 'data_batch_2.bin'), 4 * 3073 - 1), /data_batch_2\.bin holds 12,291 bytes; 12,292 would be right. Is it cut off\?/],
    ['a file that is too long', (d) => appendFile(join(d, 'data_batch_2.bin'), 'x'), /data_batch_2\.bin holds 12,293 bytes; 12,292 would be right. Fetch/],
    ['one flipped bit', (d) => change(join(d, 'data_batch_5.bin'), 5000, (byte) => byte ^ 1), /data_batch_5\.bin is damaged .* SHA-1 is [0-9a-f]{40}; [0-9a-f]{40} would be right/],
    ['two files changed for each other', (d) => swap(d, 'data_batch_1.bin', 'test_batch.bin'), /data_batch_1\.bin is damaged or is another file/],
    ['label 10', (d) => change(join(d, 'test_batch.bin'), 3073, () => 10), /test_batch\.bin has label 10 in record 1 .* labels from 0 to 9 would be right/],
  ])('refuses %s, leaves nothing behind and says what named it', async (_, damage, message) => {
    const { directory, options, cache } = await handMade();
    await damage(directory);
    const opening = openDataset({ ...options, directory: undefined, environment: { ...options!.environment, CIFAR10_DIR: directory } });
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(/named by CIFAR10_DIR/);
    expect(await list(cache).catch(() => [])).toEqual([]);
  });

  test('guesses the folder that was meant', async () => {
    const { directory, options } = await handMade();
    const above = await temporaryFolder();
    await symlink(directory, join(above, 'cifar-10-batches-bin'));
    await expect(openDataset({ ...options, directory: above })).rejects.toThrow(`Did you mean ${join(above, 'cifar-10-batches-bin')}?`);
    const python = await temporaryFolder();
    await writeFile(join(python, 'data_batch_1'), '');
    await expect(openDataset({ ...options, directory: python })).rejects.toThrow('the binary version is needed');
  });

  test('verify: false takes any whole records, but neither a part of one nor label 10', async () => {
    const { directory, options } = await handMade();
    const file = join(directory, 'data_batch_2.bin');
    await writeFile(file, handMadeFile(5, 7));
    const { groups, labels } = await openDataset({ ...options, verify: false });
    expect(groups[1]).toEqual({ name: 'batch 2', start: 4, size: 7 });
    expect(labels).toHaveLength(27);
    await truncate(file, 7 * 3073 - 1);
    await expect(openDataset({ ...options, verify: false })).rejects.toThrow('whole records of 3,073 bytes');
    await writeFile(file, handMadeFile(5, 1).fill(255, 0, 1));
    await expect(openDataset({ ...options, verify: false })).rejects.toThrow('has label 255 in record 0');
  });

  test('stops on a signal with its reason', async () => {
    const { options, cache } = await handMade();
    const controller = new AbortController();
    const opening = openDataset({ ...options, signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
    await expect(opening).rejects.toThrow(/^enough$/);
    expect(await list(cache).catch(() => [])).toEqual([]);
  });
});

describe('the pixel file', () => {
  test('is not written again when it is good', async () => {
    const { options, messages } = await handMade();
    const first = await openDataset(options);
    const stages = new Set<string>();
    expect(await openDataset({ ...options, onProgress: ({ stage }) => stages.add(stage) })).toEqual(first);
    expect([...stages]).toEqual(['verify']);
    expect(messages).toEqual([]);
  });

  test.each<[string, string, (path: string) => Promise<unknown>]>([
    ['one flipped bit', 'pixels', (path) => change(path, 12345, (byte) => byte ^ 128)],
    ['a cut', 'pixels', (path) => truncate(path, 24 * 3072 - 1)],
    ['deletion', 'pixels', (path) => rm(path)],
    ['a wrong label', 'labels', (path) => change(path, 3, () => 7)],
    ['deletion', 'labels', (path) => rm(path)],
    ['an index of nonsense', 'json', (path) => writeFile(path, '{"checksum": 3}')],
    ['a cut index', 'json', (path) => truncate(path, 20)],
  ])('is written again after %s of its %s', async (_, ending, damage) => {
    const { options, messages, cache } = await handMade();
    const first = await openDataset(options);
    const names = await list(cache);
    await damage(join(cache, names.find((name) => name.endsWith(ending))!));
    expect(await openDataset(options)).toEqual(first);
    expect(hex('sha256', await readFile(first.pixels.path), first.labels)).toBe(first.checksum);
    expect(await list(cache)).toEqual(names);
    if (ending !== 'json') expect(messages).toEqual([expect.stringMatching(/(is missing|damaged).* It is made again\.$/)]);
  });

  test('can be written by several at once', async () => {
    const { options, cache } = await handMade();
    const all = await Promise.all(Array.from({ length: 5 }, () => openDataset(options)));
    all.forEach((dataset) => expect(dataset).toEqual(all[0]));
    expect(await list(cache)).toHaveLength(3);
    expect(await openDataset(options)).toEqual(all[0]);
  });

  test('goes into CLR_LAB_CACHE or nowhere', async () => {
    const { options, directory } = await handMade();
    const file = join(directory, 'test_batch.bin', 'cache'); // below a file: cannot be made, not even by root
    await expect(openDataset({ ...options, environment: { CLR_LAB_CACHE: file } })).rejects.toThrow(/CLR_LAB_CACHE names .*cannot be made or written/);
  });
});

describe('describeDataset and attachDataset', () => {
  test('hand a data set on as JSON', async () => {
    const { options } = await handMade();
    const dataset = await openDataset(options);
    expect(attachDataset(JSON.parse(JSON.stringify(describeDataset(dataset))))).toEqual(dataset);
    const synthetic = await openDataset({ ...options, directory: undefined, synthetic: true, recordsPerBatch: 3 });
    expect(attachDataset(JSON.parse(JSON.stringify(describeDataset(synthetic))))).toEqual(synthetic);
  });

  test('refuse a file that is gone or cut off', async () => {
    const { options } = await handMade();
    const description = describeDataset(await openDataset(options));
    await truncate(description.labels, 23);
    expect(() => attachDataset(description)).toThrow(/\.labels holds 23 bytes where 24 would be right/);
    await rm(description.pixels.path);
    expect(() => attachDataset(description)).toThrow(/\.pixels is gone/);
  });
});

describe('what is opened', () => {
  const named = { CIFAR10_DIR: '/nowhere/at/all' };
  test('a directory that is named is never replaced', async () => {
    const cache = await temporaryFolder();
    const environment = { ...named, CLR_LAB_CACHE: cache };
    await expect(openDataset({ environment })).rejects.toThrow('There is no directory /nowhere/at/all');
    await expect(openDataset({ directory: '/nor/here', environment })).rejects.toThrow('There is no directory /nor/here');
    await expect(openDataset({ directory: '/nor/here', environment: { CLR_LAB_DATA: 'synthetic' } })).rejects.toThrow('There is no directory /nor/here');
    expect(await list(cache)).toEqual([]);
  });

  test('contradictions and unknown values are refused', async () => {
    await expect(openDataset({ directory: '/x', synthetic: true })).rejects.toThrow('one of them would be right');
    await expect(openDataset({ environment: { ...named, CLR_LAB_DATA: 'synthetic' } })).rejects.toThrow('CIFAR10_DIR names /nowhere/at/all and CLR_LAB_DATA');
    await expect(openDataset({ environment: { CLR_LAB_DATA: 'mnist' } })).rejects.toThrow("CLR_LAB_DATA is 'mnist'");
    const environment = { CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: 'many' };
    await expect(openDataset({ environment })).rejects.toThrow("CLR_LAB_SYNTHETIC_RECORDS is 'many'; a whole number from 1 to 10,000");
  });

  test('the synthetic set by option or environment, even where CIFAR10_DIR is set', async () => {
    const environment = { CLR_LAB_CACHE: await temporaryFolder() };
    const byOption = await openDataset({ synthetic: true, recordsPerBatch: 5, environment: { ...environment, ...named } });
    const byEnvironment = await openDataset({ environment: { ...environment, CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '5' } });
    expect(byOption).toEqual(byEnvironment);
    expect(byOption).toMatchObject({ name: 'synthetic', directory: undefined, pixels: { rows: 30 } });
  });

  test('the project’s own folder where nothing is named', async () => {
    const { directory, options } = await handMade();
    const dataDirectory = await temporaryFolder();
    await rename(directory, join(dataDirectory, 'cifar-10-batches-bin'));
    const dataset = await openDataset({ ...options, directory: undefined, dataDirectory });
    expect(dataset.directory).toBe(join(dataDirectory, 'cifar-10-batches-bin'));
  });
});

test('writeBatches writes what openDataset reads', async () => {
  const folder = await temporaryFolder();
  const environment = { CLR_LAB_CACHE: join(folder, 'cache') };
  const synthetic = await openDataset({ synthetic: true, recordsPerBatch: 6, environment });
  const files = await writeBatches(synthetic, join(folder, 'written'));
  expect(files.map(({ size }) => size)).toEqual(Array(6).fill(6 * 3073));
  const read = await openDataset({ directory: join(folder, 'written'), verify: false, environment });
  expect(read).toEqual({ ...synthetic, directory: join(folder, 'written') });
  const rows = Int32Array.from([35, 0]);
  expect(await readImages({ dataset: read, name: '', rows })).toEqual(await readImages({ dataset: synthetic, name: '', rows }));
});

async function change(path: string, position: number, replace: (byte: number) => number): Promise<void> {
  const bytes = await readFile(path);
  bytes[position] = replace(bytes[position]);
  await writeFile(path, bytes);
}

async function swap(directory: string, first: string, second: string): Promise<void> {
  const aside = join(directory, 'aside');
  await cp(join(directory, first), aside);
  await cp(join(directory, second), join(directory, first));
  await rename(aside, join(directory, second));
}
