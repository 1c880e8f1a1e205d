/** One of the six batch files of a data set in the CIFAR-10 binary format. */
export interface BatchFile {
  /** The batch's name in a `Dataset`: 'batch 1' … 'batch 5', 'test batch'. */
  readonly batch: string;
  /** The file's name, without a folder. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Published checksum, hex. */
  readonly sha1: string;
}

/** What was published: the archive to download and the batch files in it, each with its size and checksum. */
export interface Publication {
  readonly url: string;
  /** Bytes of the archive. */
  readonly size: number;
  /** Published checksum of the archive, hex. */
  readonly md5: string;
  /** The folder inside the archive that holds the files. */
  readonly folder: string;
  readonly files: readonly BatchFile[];
}

/** The file that holds the class names, one a line. It is not needed: the names are known. */
export const classNamesFile = 'batches.meta.txt';

const size = 10_000 * 3_073;

/** The CIFAR-10 binary version (Krizhevsky, 2009, https://www.cs.toronto.edu/~kriz/cifar.html). */
export const cifar10: Publication = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  size: 170_052_171,
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  folder: 'cifar-10-batches-bin',
  files: [
    { batch: 'batch 1', file: 'data_batch_1.bin', size, sha1: 'aadd24acce27caa71bf4b10992e9e7b2d74c2540' },
    { batch: 'batch 2', file: 'data_batch_2.bin', size, sha1: 'c0ba65cce70568cd57b4e03e9ac8d2a5367c1795' },
    { batch: 'batch 3', file: 'data_batch_3.bin', size, sha1: '1dd00a74ab1d17a6e7d73e185b69dbf31242f295' },
    { batch: 'batch 4', file: 'data_batch_4.bin', size, sha1: 'aab85764eb3584312d3c7f65fd2fd016e36a258e' },
    { batch: 'batch 5', file: 'data_batch_5.bin', size, sha1: '26e2849e66a845b7f1e4614ae70f4889ae604628' },
    { batch: 'test batch', file: 'test_batch.bin', size, sha1: '67eb016db431130d61cd03c7ad570b013799c88c' },
  ],
};
