/** Rows and columns of an image; an image is three planes (red, green, blue) of side × side bytes, row by row. */
export const imageSide = 32;

/** Pixel bytes of one image: 3 planes × 32 × 32. */
export const pixelsPerImage = 3 * imageSide * imageSide;

/** The ten classes of CIFAR-10 in the order of their labels, 0 to 9. */
export const cifar10ClassNames: readonly string[] = [
  'airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck',
];

/** The checksum of the published CIFAR-10: see `Dataset`. */
export const cifar10Checksum = '14a2bd144501de0a338b4c67a69c1d3c335f24e5f4e22c78ea4775ad4d3c9e6a';

/** The six batches in the order of their rows: five to train and validate on, one to test on. */
export const batchNames = ['batch 1', 'batch 2', 'batch 3', 'batch 4', 'batch 5', 'test batch'] as const;

/**
 * All records of a data set (60,000 in CIFAR-10): batches 1 to 5 in order (rows 0 to 49,999), then the test batch
 * (rows 50,000 to 59,999). The pixels stay on disk; `readImages` reads those of a part.
 */
export interface Dataset {
  /** 'cifar10' exactly when all six batches are the published ones, byte for byte; anything else is 'synthetic'. */
  readonly name: 'cifar10' | 'synthetic';
  /** SHA-256, in hex, over all pixels and then all labels: names the data in the keys of runs. */
  readonly checksum: string;
  /** Where the batches were read; undefined for a synthetic set. */
  readonly directory: string | undefined;
  /** The ten class names in the order of the labels. */
  readonly classNames: readonly string[];
  /** Class indices, 0 to 9. [rows] */
  readonly labels: Uint8Array;
  /** Which rows make up which batch, in order of rows. */
  readonly groups: readonly Group[];
  readonly pixels: PixelFile;
}

/** A run of rows that belong together: one batch. */
export interface Group {
  /** One of `batchNames`. */
  readonly name: string;
  /** The first row. */
  readonly start: number;
  /** The number of rows. */
  readonly size: number;
}

/**
 * Raw pixel bytes [rows × width] in one file that ONNX Runtime maps into memory and all workers share. No header:
 * row r begins at byte r · width.
 */
export interface PixelFile {
  readonly path: string;
  readonly rows: number;
  readonly width: number;
}

/** A selection of a data set's rows, in the order in which they are used. */
export interface Part {
  readonly dataset: Dataset;
  /** What the part is for: 'train', 'validation' or 'test'. */
  readonly name: string;
  /** Row numbers in the data set. [n] */
  readonly rows: Int32Array;
}

/** One batch in memory, as the readers and the synthetic generator hand it on. */
export interface Batch {
  /** One of `batchNames`. */
  readonly name: string;
  /** Class indices, 0 to 9. [size] */
  readonly labels: Uint8Array;
  /** Pixel bytes. [size × 3,072] */
  readonly pixels: Uint8Array;
}

/** How far a long step has come, in bytes. */
export interface Progress {
  readonly stage: 'download' | 'unpack' | 'verify' | 'write';
  readonly done: number;
  readonly total: number;
}

/** What is common to everything that takes a while: news, progress and a way to stop it. */
export interface Reporting {
  /** Called with one line of text about what is done and why. Default of `openDataset`: a line on stderr. */
  readonly onMessage?: (text: string) => void;
  /** Called often, with bytes done and in all. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the work; the promise is rejected with the signal's reason and nothing half-written stays. */
  readonly signal?: AbortSignal;
}

/** The labels of a part's rows, in the part's order. [n] */
export function partLabels({ dataset, rows }: Part): Uint8Array {
  return Uint8Array.from(rows, (row) => dataset.labels[row]);
}
