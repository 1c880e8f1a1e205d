import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** How names of unfinished files and folders end. */
const unfinished = '.unfinished';

/** Age, in milliseconds, from which an unfinished file must be a killed process's. */
const stale = 60 * 60 * 1000;

/** A new name beside `path` for what is not finished yet, so that a rename can put it into place. */
export function unfinishedName(path: string): string {
  return join(dirname(path), `${basename(path)}.${randomUUID()}${unfinished}`);
}

/**
 * Writes a file so that it is either whole or not there: into a temporary file beside it, flushed to the disk, then
 * renamed. Where `write` throws, nothing stays.
 *
 * @param nameFor the final path, from what `write` returned; undefined throws the file away
 */
export async function writeAtomically<T>(
  temporary: string,
  write: (file: FileHandle) => Promise<T>,
  nameFor: (result: T) => Promise<string | undefined> | string,
): Promise<T> {
  try {
    const file = await open(temporary, 'wx');
    let result: T;
    try {
      result = await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    const path = await nameFor(result);
    if (path !== undefined) await rename(temporary, path);
    return result;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes what processes that were killed left unfinished in a folder an hour ago or earlier. */
export async function removeStale(directory: string, now: number = Date.now()): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.endsWith(unfinished)) continue;
    const path = join(directory, name);
    const status = await stat(path).catch(() => undefined); // its process may just have finished it
    if (status && now - status.mtimeMs > stale) await rm(path, { recursive: true, force: true });
  }
}
