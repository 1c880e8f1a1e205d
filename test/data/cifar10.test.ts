import { describe, expect, test } from 'vitest';
import { openDataset } from '../../src/data/open-dataset';
import { split } from '../../src/data/split';
import { fitStandardiser } from '../../src/data/standardiser';
import { readImages } from '../../src/data/images';
import { cifar10Checksum, partLabels } from '../../src/data/dataset';
import { temporaryFolder } from './fixtures';

const directory = process.env.CIFAR10_DIR;

/** Facts about the published images that do not come from this project's code. */
describe.skipIf(!directory)('CIFAR-10 itself', () => {
  test('opens, and is what it should be', { timeout: 30_000 }, async () => {
    const environment = { CLR_LAB_CACHE: await temporaryFolder() };
    const dataset = await openDataset({ directory, environment });
    expect(dataset).toMatchObject({ name: 'cifar10', pixels: { rows: 60_000, width: 3072 } });
    // From NumPy: hashlib.sha256(pixels.tobytes() + labels.tobytes()) over the six files in order.
    expect(dataset.checksum).toBe('14a2bd144501de0a338b4c67a69c1d3c335f24e5f4e22c78ea4775ad4d3c9e6a');
    expect(cifar10Checksum).toBe(dataset.checksum);

    const { train, test: tested } = split(dataset, { train: 'all', validation: 1000 });
    expect([train.rows.length, tested.rows.length]).toEqual([49_000, 10_000]);
    const counts = new Array<number>(10).fill(0);
    partLabels(tested).forEach((label) => counts[label]++);
    expect(counts).toEqual(new Array(10).fill(1000)); // the test batch has exactly 1,000 of each class

    // The first record of batch 1 is a frog; its first red and last blue byte, as `xxd` shows them.
    const first = await readImages({ dataset, name: '', rows: Int32Array.of(0) });
    expect([dataset.classNames[dataset.labels[0]], first[0], first[3071]]).toEqual(['frog', 59, 72]);

    // From NumPy: batch 1's pixels, mean(axis=0) and std(axis=0) in float64, at pixels 0, 1500 and 3071.
    const { mean, standardDeviation } = await fitStandardiser(split(dataset, { train: ['batch 1'], validation: ['batch 2'] }).train);
    expect([0, 1500, 3071].map((pixel) => [mean[pixel], standardDeviation[pixel]])).toEqual([
      [expect.closeTo(132.008300000, 8), expect.closeTo(73.729320023, 8)],
      [expect.closeTo(122.224800000, 8), expect.closeTo(60.802595874, 8)],
      [expect.closeTo(115.105700000, 8), expect.closeTo(66.828964735, 8)],
    ]);

    const again = await openDataset({ directory, environment });
    expect(again).toEqual(dataset);
  });
});
