import { access, constants, mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { removeStale } from '../data/atomic-write';
import { type Environment, projectDataDirectory } from '../data/locations';
import type { Checkpoint } from '../training/checkpoint';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint-file';
import { DamagedEntry, NewerEntry, readEntry, removeEntry, writeEntry } from './entry-folder';
import { keyOf } from './identity';
import { StoreError, storeError } from './store-error';
import { filesOf, runFrom, type RunSummary, type StoredRun, summaryFile, summaryFrom } from './stored-run';
import { tell } from './tell';

export interface StoreOptions {
  /** Default: the environment variable CLR_LAB_RUNS, else `data/runs` of the project. It is made when it is first written to. */
  readonly directory?: string;
  /** Told of damaged entries. Default: a line on standard error. */
  readonly onMessage?: (text: string) => void;
}

/** Finished runs in a folder, each under its key, and checkpoints of unfinished ones. All methods throw StoreError where the folder cannot be used. */
export interface RunStore {
  readonly directory: string;
  /** The run of this key; undefined if there is none, or none that is whole (which `onMessage` is told). */
  get(key: string): Promise<StoredRun | undefined>;
  /** Keeps a run under its identity's key, which is returned. A whole run that is there already stays, unless `replace` is true. */
  put(run: StoredRun, options?: { readonly replace?: boolean }): Promise<string>;
  /** All runs without their weights, oldest first. */
  list(): Promise<RunSummary[]>;
  /** Removes a run. False if there is none of this key. */
  remove(key: string): Promise<boolean>;
  /** Where a run of this key was interrupted; undefined if there is nothing whole. */
  getCheckpoint(key: string): Promise<Checkpoint | undefined>;
  putCheckpoint(key: string, checkpoint: Checkpoint): Promise<void>;
  removeCheckpoint(key: string): Promise<void>;
  /** Makes the folder. Throws if it cannot be made or written: better before a training than after it. */
  requireWritable(): Promise<void>;
}

/** Where runs are stored if nobody says otherwise. */
export function defaultStoreDirectory(environment: Environment = process.env): string {
  return environment.CLR_LAB_RUNS ? resolve(environment.CLR_LAB_RUNS) : join(projectDataDirectory, 'runs');
}

const checkpointEnding = '.checkpoint';

/** The store in a folder. Any number of stores and processes may share it. */
export function openStore({ directory = defaultStoreDirectory(), onMessage = tell }: StoreOptions = {}): RunStore {
  const entryPath = (key: string) => join(directory, requireKey(key));
  const checkpointPath = (key: string) => join(directory, `${requireKey(key)}${checkpointEnding}`);
  let swept = false;
  const failing = async <T>(action: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NewerEntry) throw new StoreError(`The store of runs in ${directory}: an entry was written by a later version of clr-lab: ${error.message}. Name another folder in CLR_LAB_RUNS.`);
      throw error instanceof DamagedEntry || error instanceof StoreError ? error : storeError(error, directory, action);
    }
  };
  const read = async <T>(what: string, work: () => Promise<T | undefined>): Promise<T | undefined> => {
    try {
      return await failing('reading', work);
    } catch (error) {
      if (!(error instanceof DamagedEntry)) throw error;
      onMessage(`${what} in ${directory} is damaged: ${error.message}. It counts for nothing and is made again when it is needed.`);
      return undefined;
    }
  };

  const store: RunStore = {
    directory,
    get: (key) => read(`The stored run ${key}`, async () => parsed(await readEntry(entryPath(key), key), runFrom)),
    async put(run, { replace = false } = {}) {
      const key = keyOf(run.identity);
      const path = entryPath(key);
      await store.requireWritable();
      await failing('storing a run', () => writeEntry(path, key, filesOf(run), { replace }));
      return key;
    },
    list: () =>
      failing('listing', async () => {
        const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return [];
          throw error;
        });
        const runs = await Promise.all(
          names.filter(isKey).map((key) => read(`The stored run ${key}`, async () => parsed(await readEntry(entryPath(key), key, [summaryFile]), (files) => ({ key, ...summaryFrom(files) })))),
        );
        return runs.filter((run) => run !== undefined).sort((a, b) => (a.environment.finished < b.environment.finished ? -1 : 1));
      }),
    remove: (key) => failing('removing a run', () => removeEntry(entryPath(key))),
    getCheckpoint: (key) => read(`The checkpoint of the run ${key}`, () => readCheckpoint(checkpointPath(key), key)),
    async putCheckpoint(key, checkpoint) {
      await store.requireWritable();
      await failing('storing a checkpoint', () => writeCheckpoint(checkpointPath(key), key, checkpoint));
    },
    removeCheckpoint: (key) => failing('removing a checkpoint', () => removeCheckpoint(checkpointPath(key))),
    requireWritable: () =>
      failing('opening the folder for writing', async () => {
        await mkdir(directory, { recursive: true });
        await access(directory, constants.W_OK);
        if (!swept) await sweep(directory);
        swept = true;
      }),
  };
  return store;
}

/** Removes what killed processes left: unfinished folders and files, and checkpoints of runs that are finished. */
async function sweep(directory: string): Promise<void> {
  await removeStale(directory);
  const names = new Set(await readdir(directory));
  for (const name of names) if (name.endsWith(checkpointEnding) && names.has(name.slice(0, -checkpointEnding.length))) await removeCheckpoint(join(directory, name));
}

/** What is made of an entry's files. That they do not parse although their checksums are right is damage too. */
function parsed<F, T>(files: F | undefined, parse: (files: F) => T): T | undefined {
  if (files === undefined) return undefined;
  try {
    return parse(files);
  } catch (error) {
    throw new DamagedEntry((error as Error).message);
  }
}

function isKey(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

function requireKey(key: string): string {
  if (!isKey(key)) throw new RangeError(`${JSON.stringify(key)} is no key of a run; 64 hexadecimal digits would be right`);
  return key;
}
