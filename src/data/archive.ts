import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract, Header } from 'tar-stream';
import { unfinishedName } from './atomic-write';
import type { Reporting } from './dataset';
import { reasonOf } from './file-error';
import { classNamesFile } from './publication';
import type { Publication } from './publication';

/** Bytes that batches.meta.txt may have; it has 61. */
const classNamesLimit = 64 * 1024;

/** Bytes that the archive may unpack to beyond the batch files: a read-me, folders, the tar format's padding. */
const surplus = 16 << 20;

/**
 * Unpacks the batch files of an archive (tar, gzip) into a new folder, which appears whole or not at all.
 *
 * Only the members that the publication names are read, by their full names; everything else is passed over. So no
 * name or link in the archive can reach outside the folder. Sizes and SHA-1 are checked on the way.
 *
 * @param archive path of the archive
 * @param directory the folder to make; where it is there already, it is left as it is
 * @throws if the archive is damaged, or a member is missing, doubled, no plain file, or not as published
 */
export async function extractBatches(
  archive: string,
  directory: string,
  { folder, files }: Pick<Publication, 'folder' | 'files'>,
  { onProgress, signal }: Reporting = {},
): Promise<void> {
  const temporary = unfinishedName(directory);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const members = new Map<string, Member>([...files, { file: classNamesFile }].map((member) => [`${folder}/${member.file}`, member]));

  async function readMembers(tar: Extract): Promise<void> {
    const read = new Set<string>();
    for await (const entry of tar) {
      const { name } = entry.header;
      const member = members.get(name);
      if (!member) {
        entry.resume();
        continue;
      }
      if (read.has(name)) throw new Error(`${name} is in it twice`);
      checkHeader(entry.header, member);
      await writeMember(entry, member, join(temporary, member.file), (bytes) => onProgress?.({ stage: 'unpack', done: (done += bytes), total }));
      read.add(name);
    }
    const missing = files.map(({ file }) => `${folder}/${file}`).filter((name) => !read.has(name));
    if (missing.length > 0) throw new Error(`it lacks ${missing.join(', ')}`);
  }

  await mkdir(temporary);
  try {
    const { extract } = require('tar-stream') as typeof import('tar-stream'); // for a download only
    const tar = extract();
    const feeding = pipeline(createReadStream(archive), createGunzip(), limitTo(total + surplus), tar, { signal });
    // A refused member also breaks the pipeline off: the member's error is the one to tell.
    const [reading, fed] = await Promise.allSettled([readMembers(tar), feeding]);
    if (reading.status === 'rejected') throw reading.reason;
    if (fed.status === 'rejected') throw fed.reason;
    await moveIntoPlace(temporary, directory);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`Unpacking ${archive} failed: ${reasonOf(error)}.`, { cause: error });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A member of an archive as it is read: its header and its bytes. */
type Entry = Extract extends AsyncIterable<infer Source> ? Source : never;

/** A member to unpack: the name of its file, and, of a batch file, what must hold of it. */
interface Member {
  readonly file: string;
  readonly size?: number;
  readonly sha1?: string;
}

function checkHeader({ name, type, size }: Header, wanted: Member): void {
  if (type !== 'file') throw new Error(`${name} is a ${type}; a file would be right`);
  if (wanted.size === undefined ? size > classNamesLimit : size !== wanted.size) {
    throw new Error(`${name} holds ${size} bytes; ${wanted.size ?? `at most ${classNamesLimit}`} would be right`);
  }
}

async function writeMember(entry: Entry, { sha1 }: Member, path: string, advance: (bytes: number) => void): Promise<void> {
  const hash = createHash('sha1');
  const file = await open(path, 'wx');
  try {
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await file.writeFile(chunk);
      advance(chunk.length);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const found = hash.digest('hex');
  if (sha1 !== undefined && found !== sha1) {
    throw new Error(`the SHA-1 of ${entry.header.name} is ${found}; ${sha1} would be right`);
  }
}

/** Passes bytes on and stops at a limit: a small file can unpack to a huge one. */
function limitTo(limit: number): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (source) {
    let total = 0;
    for await (const chunk of source) {
      total += chunk.length;
      if (total > limit) throw new Error(`it unpacks to more than ${limit} bytes`);
      yield chunk;
    }
  };
}

async function moveIntoPlace(temporary: string, directory: string): Promise<void> {
  try {
    await rename(temporary, directory);
  } catch (error) {
    const status = await stat(directory).catch(() => undefined);
    if (!status?.isDirectory()) throw error; // else another process was first, with the same files
  }
}
