import { access, constants, lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder `data/` of the project: src/data/ and dist/data/ both lie two floors below the project's root. */
export const projectDataDirectory = resolve(__dirname, '..', '..', 'data');

/**
 * The folder for pixel files, made if need be: `CLR_LAB_CACHE` if that is set, else `data/cache` of the project, else,
 * where the project may not be written, a folder of the user's own in the system's temporary folder.
 * @throws if `CLR_LAB_CACHE` names a folder that cannot be made or written.
 */
export async function cacheDirectory(environment: Environment = process.env): Promise<string> {
  const named = environment.CLR_LAB_CACHE;
  if (named) {
    const directory = resolve(named);
    if (await isWritable(directory)) return directory;
    throw new Error(`CLR_LAB_CACHE names ${directory}, which cannot be made or written. Name a folder that can be written.`);
  }
  const directory = join(projectDataDirectory, 'cache');
  return (await isWritable(directory)) ? directory : temporaryDirectory();
}

/** The folder for downloads, made if need be: `data/` of the project, else as for `cacheDirectory`. */
export async function downloadDirectory(): Promise<string> {
  return (await isWritable(projectDataDirectory)) ? projectDataDirectory : temporaryDirectory();
}

/** A folder of this user's own below the system's temporary folder, where others may write too. */
async function temporaryDirectory(): Promise<string> {
  const { uid, username } = userInfo();
  const directory = join(tmpdir(), `clr-lab-${uid < 0 ? username : uid}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const status = await lstat(directory);
  // Another user could have made it first and would then choose what we read.
  if (!status.isDirectory() || (uid >= 0 && status.uid !== uid)) {
    throw new Error(`${directory} does not belong to ${username}. Name another folder in CLR_LAB_CACHE.`);
  }
  return directory;
}

async function isWritable(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
