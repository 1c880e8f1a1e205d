import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { cifar10 } from '../../src/data/publication';
import type { Publication } from '../../src/data/publication';

/** A new folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clr-lab-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** All paths below a folder, sorted. */
export async function list(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

export function hex(algorithm: string, ...parts: Uint8Array[]): string {
  const hash = createHash(algorithm);
  parts.forEach((part) => hash.update(part));
  return hash.digest('hex');
}

/** The pixels of a record of the hand-made files: they differ from record to record and from file to file. */
export function handMadePixel(file: number, record: number, pixel: number): number {
  return (31 * file + 7 * record + pixel) % 256;
}

/** A batch file of `count` records, put together byte by byte; record r has label (file + r) mod 10. */
export function handMadeFile(file: number, count: number): Uint8Array {
  const bytes: number[] = [];
  for (let record = 0; record < count; record++) {
    bytes.push((file + record) % 10);
    for (let pixel = 0; pixel < 3072; pixel++) bytes.push(handMadePixel(file, record, pixel));
  }
  return Uint8Array.from(bytes);
}

/** Six hand-made files in a folder, and what would be published about them. */
export async function handMadeDirectory(folder: string, count = 4): Promise<Publication> {
  const contents = cifar10.files.map((_, index) => handMadeFile(index, count));
  await Promise.all(contents.map((bytes, index) => writeFile(join(folder, cifar10.files[index].file), bytes)));
  return { ...cifar10, files: filesOf(contents) };
}

/** What would be published about six files. */
export function filesOf(contents: readonly Uint8Array[]): Publication['files'] {
  return cifar10.files.map(({ batch, file }, index) => ({
    batch,
    file,
    size: contents[index].length,
    sha1: hex('sha1', contents[index]),
  }));
}

export type Member = Partial<Header> & { name: string; content?: Uint8Array };

/** An uncompressed tar archive. */
export async function tarOf(members: readonly Member[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of members) {
    if (content) tar.entry(header, content);
    else tar.entry({ ...header, size: 0 });
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A small archive laid out as CIFAR-10's, and what would be published about it. */
export async function smallArchive(count = 2): Promise<{ bytes: Buffer; publication: Publication; members: Member[] }> {
  const contents = cifar10.files.map((_, index) => handMadeFile(index, count));
  const members: Member[] = [
    { name: `${cifar10.folder}/`, type: 'directory' },
    ...cifar10.files.map(({ file }, index) => ({ name: `${cifar10.folder}/${file}`, content: contents[index] })),
    { name: `${cifar10.folder}/batches.meta.txt`, content: Buffer.from('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n') },
    { name: `${cifar10.folder}/readme.html`, content: Buffer.from('<html></html>') },
  ];
  const bytes = gzipSync(await tarOf(members));
  const publication = { ...cifar10, size: bytes.length, md5: hex('md5', bytes), files: filesOf(contents) };
  return { bytes, publication, members };
}
