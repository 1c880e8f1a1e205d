import { table, toText } from '../tables';
import type { Benchmark } from './benchmark';
import type { Spread } from './rounds';
import type { SearchThroughput } from './search-throughput';
import type { Speed } from './speed';
import type { StartUp } from './start-up';

/** '1.23 (1.20–1.31)': the median, and from the least to the most. */
export function spreadText({ median, min, max }: Spread, digits = 3): string {
  const write = (value: number) => (Math.abs(value) >= 10 ** digits ? Math.round(value).toLocaleString('en-GB') : value.toPrecision(digits));
  return `${write(median)} (${write(min)}–${write(max)})`;
}

/** The whole benchmark as text for a terminal. */
export function benchmarkText({ dataset, machine, rounds, speed, startUp, search }: Benchmark): string {
  const parts = [
    `${machine.processor}, ${machine.cores} cores, Node ${machine.node}; ${dataset === 'synthetic' ? 'SYNTHETIC data (the speed does not depend on the pixels)' : 'CIFAR-10'}; medians of ${rounds} interleaved rounds (least–most)`,
    ...(speed ? [speedText(speed)] : []),
    ...(search ? [searchText(search)] : []),
    ...(startUp ? [startUpText(startUp)] : []),
  ];
  return parts.join('\n\n');
}

function speedText({ contenders, missing, products, limit, limitSeconds, wide }: Speed): string {
  const rows = contenders.map((contender) => ({
    '': contender.name,
    'updates/s': spreadText(contender.updatesPerSecond),
    'images/s forward': spreadText(contender.imagesPerSecond),
    'figure 4, s': spreadText(contender.figure4Seconds),
    'to fastest peer': contender.toFastestPeer ? spreadText(contender.toFastestPeer) : '',
    'to matrix product': spreadText(contender.toMatrixProduct),
    'updates, peers = 1': contender.updatesToFastestPeer ? spreadText(contender.updatesToFastestPeer) : '',
    'peak MB': contender.peakMemory === undefined ? '' : String(Math.round(contender.peakMemory / 1e6)),
    'test accuracy': contender.testAccuracy === undefined ? '' : `${(100 * contender.testAccuracy).toFixed(2)} %`,
    'of': contender.description,
  }));
  const shares = contenders.map(({ name, share }) => `${name} ${share.updates}`).join('; ');
  const productRows = products.map(({ name, size, rate }) => ({ '': name, size, 'GFLOP/s': spreadText({ median: rate.median / 1e9, min: rate.min / 1e9, max: rate.max / 1e9 }) }));
  return [
    toText(table(rows, { caption: 'Figure 4: 3072-50-10, batch 100, 4,800 updates, 480 measurements on 10,000 + 10,000 images' })),
    `Updates done of 4,800, from which the time of the whole is extrapolated by floating-point operations: ${shares}.`,
    ...(missing.length > 0 ? [`Not installed here, and left out: ${missing.join(', ')}.`] : []),
    '',
    toText(table(productRows, { caption: "The machine's single-precision matrix product" })),
    `${limit} would do figure 4's operations in ${spreadText(limitSeconds)} s.`,
    `3072-2000-1000-10 on ${wide.name} trains at ${spreadText({ median: wide.rate.median / 1e9, min: wide.rate.min / 1e9, max: wide.rate.max / 1e9 })} GFLOP/s, ${spreadText(wide.ofMatrixProduct)} of that.`,
  ].join('\n');
}

function searchText({ trials, workers, one, several, ratio }: SearchThroughput): string {
  return `A search of ${trials} trials: ${spreadText(one)} trials/s one at a time on one thread, ${spreadText(several)} in ${workers} workers: ${spreadText(ratio)} times the throughput.`;
}

function startUpText({ importInNode, importInCell, firstFigure }: StartUp): string {
  return [
    `Import of the built library in Node     ${spreadText(importInNode)} s`,
    `First import of the library in a cell   ${spreadText(importInCell)} s`,
    `Start of the kernel to the first figure ${spreadText(firstFigure)} s`,
  ].join('\n');
}
