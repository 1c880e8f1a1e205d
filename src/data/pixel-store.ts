import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeStale, unfinishedName, writeAtomically } from './atomic-write';
import { pixelsPerImage } from './dataset';
import type { Batch, Group, PixelFile, Reporting } from './dataset';
import { isFileError, reasonOf } from './file-error';

/** The part of a data set that is kept in the cache folder. */
export interface StoredBatches {
  /** SHA-256, hex, over all pixels and then all labels. */
  readonly checksum: string;
  readonly groups: readonly Group[];
  /** [rows] */
  readonly labels: Uint8Array;
  readonly pixels: PixelFile;
}

/** Batches that can be made again when they are needed. */
export interface BatchSource {
  /** Names the content without making it: file name in the cache. */
  readonly key: string;
  /** Rows of all batches. */
  readonly rows: number;
  batches(): AsyncIterable<Batch> | Iterable<Batch>;
}

const bytesPerRead = 4 << 20;

/**
 * Finds the pixels and labels of a source in the cache folder, or puts them there.
 *
 * Three files: CHECKSUM.pixels, CHECKSUM.labels, and KEY.json with the checksum and the groups, which is written last.
 * All three appear whole or not at all; two processes may do this at once. What is found is verified against its
 * checksum, and made again if it is damaged.
 */
export async function storeBatches(
  source: BatchSource,
  directory: string,
  { onMessage, onProgress, signal }: Reporting = {},
): Promise<StoredBatches> {
  const indexPath = join(directory, `${source.key}.json`);
  const index = await readIndex(indexPath, source.rows);
  if (index) {
    const stored = await readStored(index, directory, { onProgress, signal });
    if (typeof stored !== 'string') return stored;
    onMessage?.(`${stored} It is made again.`);
  }
  try {
    await removeStale(directory);
    const { labels, ...made } = await writeBatchesToStore(source, directory, { onProgress, signal });
    await writeWhole(labelsPath(pixelsPath(directory, made.checksum)), labels);
    await writeWhole(indexPath, Buffer.from(`${JSON.stringify(made)}\n`));
    return { ...made, labels, pixels: pixelFile(directory, made) };
  } catch (error) {
    if (!isFileError(error) || !(error.path ?? directory).startsWith(directory)) throw error; // of the source, not of the cache
    throw new Error(`The pixels could not be written into the cache folder ${directory}: ${reasonOf(error)}. Nothing half-written stays. Make room or name another folder in CLR_LAB_CACHE.`, { cause: error });
  }
}

/** The file with the labels of a pixel file's rows, one byte each: it lies beside it. */
export function labelsPath(pixels: string): string {
  return pixels.replace(/\.pixels$/, '.labels');
}

function pixelsPath(directory: string, checksum: string): string {
  return join(directory, `${checksum}.pixels`);
}

/** What KEY.json says. */
interface Index {
  readonly checksum: string;
  readonly groups: readonly Group[];
}

function pixelFile(directory: string, { checksum, groups }: Index): PixelFile {
  return { path: pixelsPath(directory, checksum), rows: countRows(groups), width: pixelsPerImage };
}

function countRows(groups: readonly Group[]): number {
  return groups.reduce((sum, { size }) => sum + size, 0);
}

/** Undefined where there is none, or none that can be used: it can always be made again. */
async function readIndex(path: string, rows: number): Promise<Index | undefined> {
  try {
    const index = JSON.parse(await readFile(path, 'utf8')) as Index;
    return /^[0-9a-f]{64}$/.test(index.checksum) && countRows(index.groups) === rows ? index : undefined;
  } catch {
    return undefined;
  }
}

/** What is in the cache, or a sentence that says why it cannot be used. */
async function readStored(index: Index, directory: string, reporting: Reporting): Promise<StoredBatches | string> {
  const pixels = pixelFile(directory, index);
  const labels = await readFile(labelsPath(pixels.path)).catch(() => undefined);
  if (!labels) return `${labelsPath(pixels.path)} is missing.`;
  const problem = await findDamage(pixels, labels, index.checksum, reporting);
  return problem ?? { ...index, labels: new Uint8Array(labels), pixels };
}

/** Undefined where a pixel file and its labels are as their checksum says, else a sentence. */
async function findDamage(
  { path, rows, width }: PixelFile,
  labels: Uint8Array,
  checksum: string,
  { onProgress, signal }: Reporting,
): Promise<string | undefined> {
  const size = await stat(path).then((status) => status.size, () => undefined);
  const total = rows * width;
  if (size === undefined) return `${path} is missing.`;
  if (size !== total) return `${path} is damaged: it holds ${size} bytes where ${total} would be right.`;
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const chunk = new Uint8Array(bytesPerRead);
    for (let position = 0; position < total; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) break; // cut off meanwhile: the checksum will tell
      hash.update(chunk.subarray(0, bytesRead));
      position += bytesRead;
      onProgress?.({ stage: 'verify', done: position, total });
    }
  } finally {
    await file.close();
  }
  const found = hash.update(labels).digest('hex');
  return found === checksum ? undefined : `${path} or its labels are damaged: their SHA-256 is ${found}.`;
}

/** Writes the pixel file under the name of its checksum, one batch in memory at a time. */
async function writeBatchesToStore(
  { batches, rows, key }: BatchSource,
  directory: string,
  { onProgress, signal }: Reporting,
): Promise<Index & { labels: Uint8Array }> {
  const labels = new Uint8Array(rows);
  const groups: Group[] = [];
  const hash = createHash('sha256');
  return writeAtomically(
    unfinishedName(join(directory, key)),
    async (file) => {
      for await (const batch of batches()) {
        signal?.throwIfAborted();
        const start = countRows(groups);
        groups.push({ name: batch.name, start, size: batch.labels.length });
        labels.set(batch.labels, start);
        hash.update(batch.pixels);
        await file.writeFile(batch.pixels);
        onProgress?.({ stage: 'write', done: countRows(groups) * pixelsPerImage, total: rows * pixelsPerImage });
      }
      return { checksum: hash.update(labels).digest('hex'), groups, labels };
    },
    async ({ checksum }) => {
      // A good one may be there, from another process or another key, and be mapped by workers: leave it.
      const path = pixelsPath(directory, checksum);
      const damage = await findDamage({ path, rows, width: pixelsPerImage }, labels, checksum, { signal });
      return damage ? path : undefined;
    },
  );
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writeAtomically(unfinishedName(path), (file) => file.writeFile(bytes), () => path);
}
