import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkBatchDirectory, directorySource, isCifar10 } from './batch-files';
import { cifar10ClassNames } from './dataset';
import type { Dataset, Reporting } from './dataset';
import { DownloadError, downloadBatches } from './download';
import { cacheDirectory, downloadDirectory } from './locations';
import type { Environment } from './locations';
import { storeBatches } from './pixel-store';
import { noteOpened } from './provenance';
import { cifar10 } from './publication';
import type { Publication } from './publication';
import { syntheticSource } from './synthetic';

export interface OpenDatasetOptions extends Reporting {
  /** Directory with the six batch files: used or refused, never replaced. Default: `CIFAR10_DIR`, if that is set. */
  readonly directory?: string;
  /**
   * true: the synthetic set. false: never the synthetic set, not even offline. Default: true where `CLR_LAB_DATA` is
   * 'synthetic'; else the synthetic set stands in only where CIFAR-10 is neither there nor to be had.
   */
  readonly synthetic?: boolean;
  /** Of the synthetic set only: 1 to 10,000. Default: `CLR_LAB_SYNTHETIC_RECORDS`, else 10,000. */
  readonly recordsPerBatch?: number;
  /** Of the synthetic set only: fixes every byte. Default 1. */
  readonly seed?: number;
  /** false takes a directory with any whole records, unchecked against what was published: for tests. Default true. */
  readonly verify?: boolean;
  /** Sizes, checksums and the address that would be right. Default: those of CIFAR-10. */
  readonly publication?: Publication;
  /** Where to download from. Default: the publication's address. */
  readonly url?: string;
  /** Where downloads land and are looked for. Default: `data/` of the project. */
  readonly dataDirectory?: string;
  /** Give up a download when no byte comes for so long. Default 20,000. */
  readonly stallMilliseconds?: number;
  /** Default: `process.env`. */
  readonly environment?: Environment;
}

/**
 * Opens the data set: the one door to all images.
 *
 * In this order: the directory that is named (`directory`, else `CIFAR10_DIR`); the synthetic set if it is asked for; the
 * project's `data/cifar-10-batches-bin`; CIFAR-10 downloaded to there; and where that cannot be had, the synthetic set,
 * with a message. The pixels are written once into a cache folder (`CLR_LAB_CACHE`, else `data/cache`), which every
 * opening verifies.
 *
 * @returns the data set, verified; its `name` is 'cifar10' only if every byte is the published one
 * @throws if the directory is missing, lacks a file, or a file is cut off, damaged or has a label above 9; if a download
 * is cut off or damaged (`DownloadError`); if the settings contradict each other; the signal's reason
 */
export async function openDataset({ onMessage = writeToStderr, ...options }: OpenDatasetOptions = {}): Promise<Dataset> {
  options.signal?.throwIfAborted();
  const settings = { ...options, onMessage };
  const dataset = await open(settings);
  noteOpened(dataset);
  return dataset;
}

function open(settings: Settings): Promise<Dataset> {
  const wanted = whatIsWanted(settings);
  switch (wanted.kind) {
    case 'directory':
      return openDirectory(wanted.directory, settings, wanted.namedBy);
    case 'synthetic':
      return openSynthetic(settings);
    case 'any':
      return openWhatThereIs(settings);
  }
}

type Settings = OpenDatasetOptions & Required<Pick<OpenDatasetOptions, 'onMessage'>>;

type Wanted =
  | { readonly kind: 'directory'; readonly directory: string; readonly namedBy: string }
  | { readonly kind: 'synthetic' }
  | { readonly kind: 'any' };

/** What arguments and environment ask for; an argument outdoes the environment. */
function whatIsWanted({ directory, synthetic, environment = process.env }: OpenDatasetOptions): Wanted {
  if (directory !== undefined && synthetic === true) {
    throw new Error(`Both the directory ${directory} and the synthetic set are asked for; one of them would be right.`);
  }
  if (directory !== undefined) return { kind: 'directory', directory, namedBy: 'the option `directory`' };
  if (synthetic === true) return { kind: 'synthetic' };
  const { CIFAR10_DIR: named, CLR_LAB_DATA: data } = environment;
  if (data && data !== 'synthetic') throw new Error(`CLR_LAB_DATA is '${data}'; 'synthetic' or nothing would be right.`);
  const syntheticByEnvironment = data === 'synthetic' && synthetic === undefined;
  if (named && syntheticByEnvironment) {
    throw new Error(`CIFAR10_DIR names ${named} and CLR_LAB_DATA asks for the synthetic set; one of them would be right.`);
  }
  if (named) return { kind: 'directory', directory: named, namedBy: 'CIFAR10_DIR' };
  return { kind: syntheticByEnvironment ? 'synthetic' : 'any' };
}

async function openWhatThereIs({ publication = cifar10, url = publication.url, ...settings }: Settings): Promise<Dataset> {
  const { onMessage, dataDirectory = await downloadDirectory() } = settings;
  const directory = join(dataDirectory, publication.folder);
  if (!(await stat(directory).catch(() => undefined))) {
    try {
      await downloadBatches(dataDirectory, { ...settings, publication: { ...publication, url } });
    } catch (error) {
      if (!isOffline(error) || settings.synthetic === false) throw error;
      onMessage(`${error.message} CIFAR-10 is not in ${directory} either: SYNTHETIC images stand in for it.`);
      return openSynthetic(settings);
    }
  }
  return openDirectory(directory, { ...settings, publication }, 'no setting: remove it, and CIFAR-10 is downloaded anew');
}

/** Nothing of the archive came: there is no network, or one that does not let us through. */
function isOffline(error: unknown): error is DownloadError {
  return error instanceof DownloadError && (error.failure === 'unreachable' || error.failure === 'refused');
}

async function openDirectory(
  directory: string,
  { publication = cifar10, verify, environment, ...reporting }: Settings,
  namedBy: string,
): Promise<Dataset> {
  const checked = await checkBatchDirectory(resolve(directory), { files: publication.files, verify, ...reporting }).catch((error: Error) => {
    if (!reporting.signal?.aborted) error.message += ` (The directory is named by ${namedBy}.)`;
    throw error;
  });
  const stored = await storeBatches(directorySource(checked), await cacheDirectory(environment), reporting);
  return { name: isCifar10(checked) ? 'cifar10' : 'synthetic', directory: checked.directory, classNames: checked.classNames, ...stored };
}

async function openSynthetic({ seed, recordsPerBatch, environment = process.env, ...reporting }: Settings): Promise<Dataset> {
  const source = syntheticSource({ seed, recordsPerBatch: recordsPerBatch ?? recordsFrom(environment) });
  const stored = await storeBatches(source, await cacheDirectory(environment), reporting);
  return { name: 'synthetic', directory: undefined, classNames: cifar10ClassNames, ...stored };
}

function recordsFrom({ CLR_LAB_SYNTHETIC_RECORDS: records }: Environment): number | undefined {
  if (!records) return undefined;
  const count = Number(records);
  if (Number.isInteger(count) && count >= 1 && count <= 10_000) return count;
  throw new Error(`CLR_LAB_SYNTHETIC_RECORDS is '${records}'; a whole number from 1 to 10,000 would be right.`);
}

function writeToStderr(text: string): void {
  process.stderr.write(`${text}\n`);
}
