import { createHash } from 'node:crypto';
import { access, mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinishedName, writeAtomically } from './atomic-write';
import { checkLabels, checkWholeRecords, classCount, decodeBatch, encodeBatch, recordSize } from './batch-format';
import { cifar10ClassNames } from './dataset';
import type { Batch, Dataset, Reporting } from './dataset';
import { readImages } from './images';
import type { BatchSource } from './pixel-store';
import { cifar10, classNamesFile } from './publication';
import type { BatchFile } from './publication';

const recordsPerRead = 1000;

/** What is known of a directory of six batch files once they were checked. */
export interface BatchDirectory {
  readonly directory: string;
  /** Records in all files. */
  readonly rows: number;
  /** SHA-1 of each file, hex, in the order of `files`. */
  readonly sha1: readonly string[];
  readonly files: readonly BatchFile[];
  readonly classNames: readonly string[];
}

/**
 * Checks a directory that should hold six batch files: that they are there, their sizes, labels and SHA-1.
 *
 * @param files names, sizes and checksums that would be right; default: those of CIFAR-10
 * @param verify false accepts any number of whole records and any checksum (for small sets in tests)
 * @throws naming the directory or file, what was found and what would be right
 */
export async function checkBatchDirectory(
  directory: string,
  { files = cifar10.files, verify = true, onProgress, signal }: { files?: readonly BatchFile[]; verify?: boolean } & Reporting = {},
): Promise<BatchDirectory> {
  await checkPresence(directory, files);
  const sizes = await Promise.all(files.map(async ({ file }) => (await stat(join(directory, file))).size));
  files.forEach(({ file, size }, index) => checkSize(join(directory, file), sizes[index], verify ? size : undefined));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  const advance = (bytes: number): void => onProgress?.({ stage: 'verify', done: (done += bytes), total });
  // All six at once: while one chunk is hashed on this thread, the next ones are read on others.
  const checks = files.map(({ file }) => hashAndCheckLabels(join(directory, file), advance, signal));
  const results = await Promise.allSettled(checks); // wait for all of them, so that no file is still open on return
  const sha1 = results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  if (verify) files.forEach((expected, index) => checkSha1(directory, expected, sha1[index]));
  return { directory, rows: total / recordSize, files, sha1, classNames: await readClassNames(directory) };
}

/** Whether all six files are the published ones of CIFAR-10. */
export function isCifar10({ sha1 }: BatchDirectory): boolean {
  return cifar10.files.every((published, index) => published.sha1 === sha1[index]);
}

/** A checked directory as a source for the cache. */
export function directorySource(checked: BatchDirectory): BatchSource {
  const content = createHash('sha256').update(checked.sha1.join()).digest('hex');
  return { key: `batches-${content.slice(0, 32)}`, rows: checked.rows, batches: () => readBatches(checked) };
}

/** Reads batch after batch: one is in memory at a time. */
async function* readBatches({ directory, files }: BatchDirectory): AsyncGenerator<Batch> {
  for (const { batch, file } of files) {
    const path = join(directory, file);
    yield { name: batch, ...decodeBatch(await readFile(path), path) };
  }
}

/**
 * Writes a data set as six files in the CIFAR-10 binary format, with batches.meta.txt. Existing files of these names are replaced.
 *
 * @param directory made if need be
 * @returns names, sizes and SHA-1 of the six files
 */
export async function writeBatches(dataset: Dataset, directory: string): Promise<readonly BatchFile[]> {
  await mkdir(directory, { recursive: true });
  const written: BatchFile[] = [];
  for (const { batch, file } of cifar10.files) {
    const group = dataset.groups.find(({ name }) => name === batch);
    if (!group) throw new Error(`The data set has no ${batch}; it has ${dataset.groups.map(({ name }) => name).join(', ')}.`);
    const rows = Int32Array.from({ length: group.size }, (_, index) => group.start + index);
    const labels = dataset.labels.subarray(group.start, group.start + group.size);
    const bytes = encodeBatch(labels, await readImages({ dataset, name: batch, rows }));
    await replaceFile(join(directory, file), bytes);
    written.push({ batch, file, size: bytes.length, sha1: createHash('sha1').update(bytes).digest('hex') });
  }
  await replaceFile(join(directory, classNamesFile), Buffer.from(`${dataset.classNames.join('\n')}\n`));
  return written;
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  await writeAtomically(unfinishedName(path), (file) => file.writeFile(bytes), () => path);
}

async function checkPresence(directory: string, files: readonly BatchFile[]): Promise<void> {
  const status = await stat(directory).catch(() => undefined);
  const content = 'the six batch files of the CIFAR-10 binary version (data_batch_1.bin … data_batch_5.bin, test_batch.bin)';
  if (!status) throw new Error(`There is no directory ${directory}. A directory with ${content} would be right.`);
  if (!status.isDirectory()) throw new Error(`${directory} is not a directory. A directory with ${content} would be right.`);
  const present = await Promise.all(files.map(({ file }) => exists(join(directory, file))));
  const missing = files.filter((_, index) => !present[index]).map(({ file }) => file);
  if (missing.length > 0) {
    throw new Error(`${directory} lacks ${missing.join(', ')}. It should hold ${content}.${await hint(directory)}`);
  }
}

/** What else the user may have named by mistake. */
async function hint(directory: string): Promise<string> {
  const below = join(directory, cifar10.folder);
  if (await exists(join(below, cifar10.files[0].file))) return ` Did you mean ${below}?`;
  if (await exists(join(directory, 'data_batch_1'))) return ' It holds the Python version of CIFAR-10; the binary version is needed.';
  return '';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

function checkSize(path: string, found: number, right: number | undefined): void {
  if (right === undefined) return checkWholeRecords(found, path);
  if (found === right) return;
  throw new Error(
    `${path} holds ${found.toLocaleString('en')} bytes; ${right.toLocaleString('en')} would be right. ` +
      (found < right ? 'Is it cut off? ' : '') + 'Fetch it again.',
  );
}

function checkSha1(directory: string, { file, sha1 }: BatchFile, found: string): void {
  if (found !== sha1) {
    throw new Error(
      `${join(directory, file)} is damaged or is another file: its SHA-1 is ${found}; ${sha1} would be right. Fetch it again.`,
    );
  }
}

/** SHA-1 of a batch file, hex; checks the labels on the way. */
async function hashAndCheckLabels(path: string, advance: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha1');
  const chunk = new Uint8Array(recordsPerRead * recordSize);
  const file = await open(path);
  try {
    let position = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) return hash.digest('hex');
      const bytes = chunk.subarray(0, bytesRead);
      checkLabels(bytes, path, position / recordSize);
      hash.update(bytes);
      position += bytesRead;
      advance(bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function readClassNames(directory: string): Promise<readonly string[]> {
  const path = join(directory, classNamesFile);
  if (!(await exists(path))) return cifar10ClassNames;
  const names = (await readFile(path, 'utf8')).split('\n').map((name) => name.trim()).filter((name) => name !== '');
  if (names.length !== classCount) {
    throw new Error(`${path} names ${names.length} classes; ${classCount}, one a line, would be right. (The file may also be missing.)`);
  }
  return names;
}
