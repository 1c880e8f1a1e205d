import { access, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unfinishedName } from '../data/atomic-write';
import { canonicalJson, sha256 } from './canonical-json';
import type { EntryFiles } from './stored-run';

/** The version of the format that is written. All versions from 1 to this one are read. */
export const entryFormat = 1;

const manifestName = 'manifest.json';

/** Covers every other file of the folder; the folder's name is the key. */
interface Manifest {
  readonly format: number;
  readonly key: string;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** What is wrong with an entry, in words. */
export class DamagedEntry extends Error {}

/** The entry was written by a later version of this library. */
export class NewerEntry extends Error {}

/**
 * Puts a folder of files into place, whole or not at all: written beside it, flushed to the disk, renamed. A whole entry that
 * is there already stays, unless `replace` is true; a damaged one gives way. Any number of processes may do this at once.
 */
export async function writeEntry(path: string, key: string, files: EntryFiles, { replace }: { readonly replace: boolean }): Promise<void> {
  const temporary = unfinishedName(path);
  try {
    await mkdir(temporary, { recursive: true });
    for (const [name, content] of Object.entries({ ...files, [manifestName]: manifestOf(key, files) })) await writeFlushed(join(temporary, name), content);
    await flushFolder(temporary);
    if (replace) await removeEntry(path);
    while (!(await renamedTo(path, temporary))) {
      if (await isWhole(path, key)) return;
      await removeEntry(path);
    }
    await flushFolder(dirname(path));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function manifestOf(key: string, files: EntryFiles): Uint8Array {
  const described = Object.entries(files).map(([name, content]) => [name, { bytes: content.length, sha256: sha256(content) }]);
  const manifest: Manifest = { format: entryFormat, key, files: Object.fromEntries(described) };
  return Buffer.from(sealed(canonicalJson(manifest)));
}

/** False if something is there already. */
async function renamedTo(path: string, temporary: string): Promise<boolean> {
  try {
    await rename(temporary, path);
    return true;
  } catch (error) {
    const occupied = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '') && (await isThere(path));
    if (occupied) return false;
    throw error;
  }
}

async function isWhole(path: string, key: string): Promise<boolean> {
  try {
    return (await readEntry(path, key)) !== undefined;
  } catch (error) {
    if (error instanceof DamagedEntry) return false;
    throw error;
  }
}

/**
 * The files of an entry, each as its checksum in the manifest says.
 *
 * @param names which files; default all
 * @returns undefined if there is no entry
 * @throws DamagedEntry, NewerEntry, or the file system's error
 */
export async function readEntry(path: string, key: string, names?: readonly string[]): Promise<EntryFiles | undefined> {
  for (;;) {
    const before = await identityOf(path);
    try {
      return await readOnce(path, key, names);
    } catch (error) {
      // What looks damaged may have been replaced by another process while it was read.
      if (!(error instanceof DamagedEntry) || (await identityOf(path)) === before) throw error;
    }
  }
}

/** Tells a folder from one that takes its place. */
async function identityOf(path: string): Promise<string | undefined> {
  const status = await stat(path).catch(notThere);
  return status && `${status.ino} ${status.birthtimeMs} ${status.ctimeMs}`;
}

async function readOnce(path: string, key: string, names?: readonly string[]): Promise<EntryFiles | undefined> {
  const text = await readFile(join(path, manifestName), 'utf8').catch(notThere);
  if (text === undefined) {
    if (await isThere(path)) throw new DamagedEntry(`it has no ${manifestName}`);
    return undefined;
  }
  const { files } = readManifest(text, key);
  const read = async (name: string): Promise<[string, Uint8Array]> => {
    const content = await readFile(join(path, name)).catch(notThere);
    const right = files[name];
    if (content === undefined || right === undefined) throw new DamagedEntry(`${name} is missing`);
    if (content.length !== right.bytes) throw new DamagedEntry(`${name} has ${content.length} bytes, not ${right.bytes}`);
    if (sha256(content) !== right.sha256) throw new DamagedEntry(`${name} has another SHA-256 than its manifest says`);
    return [name, content];
  };
  return Object.fromEntries(await Promise.all((names ?? Object.keys(files)).map(read)));
}

/** Takes a folder out of its place at once, then removes it. False if there is none. */
export async function removeEntry(path: string): Promise<boolean> {
  const aside = unfinishedName(path);
  const moved = await rename(path, aside).then(() => true, notThere);
  await rm(aside, { recursive: true, force: true });
  return moved ?? false;
}

/** A line, and its SHA-256 as a second one. */
function sealed(line: string): string {
  return `${line}\n${sha256(line)}\n`;
}

function readManifest(text: string, key: string): Manifest {
  const [line] = text.split('\n');
  if (text !== sealed(line)) throw new DamagedEntry(`${manifestName} has another SHA-256 than its second line says`);
  const manifest = JSON.parse(line) as Manifest;
  if (manifest.format > entryFormat) throw new NewerEntry(`it is of format ${manifest.format}; this version reads 1 to ${entryFormat}`);
  if (manifest.key !== key) throw new DamagedEntry(`it is the run ${manifest.key}`);
  const outside = Object.keys(manifest.files).find((name) => basename(name) !== name);
  if (outside !== undefined) throw new DamagedEntry(`its ${manifestName} names ${outside}, which is not in its folder`);
  return manifest;
}

async function writeFlushed(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename lasts once the folder that holds the name is on the disk. Windows cannot flush folders and need not. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
