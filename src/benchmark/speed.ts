import { join } from 'node:path';
import type { Dataset } from '../data/dataset';
import { type AskedProcess, type Command, startAsked } from './asked-process';
import { engineCommand, engineContenders, numpyProduct, peerCommand, peerContenders, threadCounts, threadsName } from './contenders';
import type { WorkDone } from './engine-process';
import { figure4, MEASURED_IMAGES, operations, shareOfFigure4, wholeFigure4, wide, type Work } from './experiment';
import { peerData } from './peer-data';
import { interleave, ratios, type Rounds, type Spread, spread, type Task } from './rounds';

export interface SpeedOptions {
  readonly rounds: number;
  /** How long each task works in a round, in seconds, about. */
  readonly seconds: number;
  /** Which contenders: those whose name holds one of these. Default: all. */
  readonly only?: readonly string[];
  /** Do all of figure 4 in every round, not a share of it. */
  readonly full: boolean;
  readonly onProgress: (text: string) => void;
}

/** How fast one contender is. */
export interface ContenderSpeed {
  readonly name: string;
  readonly ours: boolean;
  /** As it says itself: 'NumPy 1.24.2'. */
  readonly description: string;
  /** Of training alone. */
  readonly updatesPerSecond: Spread;
  /** Cost, loss and accuracy of one network. */
  readonly imagesPerSecond: Spread;
  /** Seconds of all of figure 4, from the share of it that was done. */
  readonly figure4Seconds: Spread;
  /** How much of it was done in each round. */
  readonly share: Work;
  /** Bytes. */
  readonly peakMemory?: number;
  /** After all of figure 4, where that was done. */
  readonly testAccuracy?: number;
  /** Figure 4's time to that of the fastest peer, in the same round. */
  readonly toFastestPeer?: Spread;
  /** Rate of updates to that of the fastest peer in training alone, in the same round. */
  readonly updatesToFastestPeer?: Spread;
  /** Figure 4's time to that in which the machine's matrix product would do the same operations, in the same round. */
  readonly toMatrixProduct: Spread;
}

/** How fast one library multiplies matrices at its best size. */
export interface ProductSpeed {
  readonly name: string;
  readonly description: string;
  readonly size: number;
  /** Floating-point operations per second. */
  readonly rate: Spread;
}

export interface Speed {
  readonly contenders: readonly ContenderSpeed[];
  readonly missing: readonly string[];
  readonly products: readonly ProductSpeed[];
  /** The fastest of `products`: the machine's own limit. */
  readonly limit: string;
  /** Seconds in which that product would do figure 4's floating-point operations. */
  readonly limitSeconds: Spread;
  /** The network 3072-2000-1000-10: its rate of training, in operations per second, and as a fraction of the limit. */
  readonly wide: { readonly name: string; readonly rate: Spread; readonly ofMatrixProduct: Spread };
}

/** A share of figure 4 takes so many times as long as the other tasks: a run is faster when its threads are up. */
const SHARE_LONGER = 4;
/** Where all of figure 4 takes fewer than so many times as long, a round does all of it, and nothing is extrapolated. */
const WHOLE_WITHIN = 15;

/** Sizes of square matrices, of which each library's best counts. */
const PRODUCT_SIZES = [512, 1024, 2048, 3072];

/** A process at work, and how much it gets to do in a round. */
interface Runner {
  readonly name: string;
  readonly ours: boolean;
  readonly process: AskedProcess;
  readonly trainAlone: Work;
  readonly forward: Work;
  readonly share: Work;
  testAccuracy?: number;
}

/**
 * Times figure 4, training alone and the forward pass for all engines and peers, a wide network for the default engine, and the machine's matrix product, in
 * interleaved rounds.
 */
export async function measureSpeed(dataset: Dataset, options: SpeedOptions): Promise<Speed> {
  const { rounds, seconds, only = [], onProgress } = options;
  onProgress('starting the engines and the peers');
  const data = await peerData(dataset);
  const { found, missing } = peerContenders(data.folder, figure4);
  const threads = threadCounts().at(-1)!;
  const wideName = `onnx, ${threadsName(threads)}`;
  const contenders = [...engineContenders(dataset, figure4), ...found].filter(({ name }) => only.length === 0 || only.some((part) => name.toLowerCase().includes(part.toLowerCase())));
  const products = productCommands();
  const processes = await startAll([...contenders, ...products, { command: engineCommand(dataset, { ...wide, engine: 'onnx', threads }) }].map(({ command }) => command));
  try {
    const runners: Runner[] = [];
    for (const [index, { name, ours }] of contenders.entries()) {
      onProgress(`warming up: ${name}`);
      runners.push({ name, ours, process: processes[index], ...(await workFor(processes[index], options)) });
    }
    const sized: Product[] = [];
    for (const [index, { name }] of products.entries()) {
      onProgress(`warming up: ${name}`);
      sized.push(await bestSize(name, processes[contenders.length + index], seconds));
    }
    const wideProcess = processes.at(-1)!;
    const wideWork = { updates: await fitting(wideProcess, (updates) => ({ updates, measurements: 0 }), seconds), measurements: 0 };
    const tasks = [
      ...runners.flatMap(runnerTasks),
      ...sized.map((product) => productTask(product, seconds / 2)),
      { name: 'wide', measure: async () => operations(wide, wideWork) / (await done(wideProcess, wideWork)).seconds },
    ];
    const measured = await interleave(tasks, rounds, (name, round) => onProgress(`round ${round} of ${rounds}: ${name}`));
    return summarise({ runners, products: sized, missing, wideName, measured });
  } finally {
    await Promise.all(processes.map((process) => process.close()));
    await data.remove();
  }
}

/** Starts all at once; where one fails the others end. */
async function startAll(commands: readonly Command[]): Promise<AskedProcess[]> {
  const starts = await Promise.allSettled(commands.map(startAsked));
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed === undefined) return started;
  await Promise.all(started.map((process) => process.close()));
  throw failed.reason;
}

const done = (process: AskedProcess, { updates, measurements }: Work) => process.ask<WorkDone>(`${updates} ${measurements}`);

/** How much work takes about so many seconds, by trying: the second attempt counts, since the first one warms up. */
async function fitting(process: AskedProcess, work: (units: number) => Work, seconds: number): Promise<number> {
  await done(process, work(1));
  const { seconds: took } = await done(process, work(10));
  return Math.max(1, Math.round((10 * seconds) / took));
}

async function workFor(process: AskedProcess, { seconds, full }: SpeedOptions): Promise<Pick<Runner, 'trainAlone' | 'forward' | 'share'>> {
  const updates = await fitting(process, (units) => ({ updates: 10 * units, measurements: 0 }), seconds / 2);
  const trainAlone = { updates: 10 * updates, measurements: 0 };
  const forward = { updates: 0, measurements: await fitting(process, (measurements) => ({ updates: 0, measurements }), seconds / 2) };
  // In figure 4 there are ten updates to a measurement.
  const perMeasurement = seconds / 2 / forward.measurements + (10 * seconds) / 2 / trainAlone.updates;
  const share = shareOfFigure4((SHARE_LONGER * seconds) / perMeasurement / wholeFigure4.measurements);
  const whole = full || extrapolated((await done(process, share)).seconds, share) < WHOLE_WITHIN * seconds;
  return { trainAlone, forward, share: whole ? wholeFigure4 : share };
}

/** Seconds of all of figure 4, from those of a share of it. */
function extrapolated(seconds: number, share: Work): number {
  return (seconds * operations(figure4, wholeFigure4)) / operations(figure4, share);
}

function runnerTasks(runner: Runner): Task[] {
  const { name, process, trainAlone, forward, share } = runner;
  return [
    { name: `${name}: updates`, measure: async () => trainAlone.updates / (await done(process, trainAlone)).seconds },
    { name: `${name}: forward`, measure: async () => (forward.measurements * MEASURED_IMAGES) / (await done(process, forward)).seconds },
    {
      name: `${name}: figure 4`,
      async measure() {
        const { seconds, testAccuracy } = await done(process, share);
        if (share.updates === wholeFigure4.updates) runner.testAccuracy = testAccuracy;
        return extrapolated(seconds, share);
      },
    },
  ];
}

interface Product {
  readonly name: string;
  readonly process: AskedProcess;
  readonly size: number;
}

function productCommands(): { readonly name: string; readonly command: Command }[] {
  return threadCounts().flatMap((threads) => {
    const numpy = peerCommand(numpyProduct, threads);
    return [
      { name: `product, ONNX Runtime, ${threadsName(threads)}`, command: { file: process.execPath, parameters: [join(__dirname, 'product-process.js'), String(threads)] } },
      ...(numpy === undefined ? [] : [{ name: `product, NumPy, ${threadsName(threads)}`, command: numpy }]),
    ];
  });
}

const rateOf = async (process: AskedProcess, size: number, seconds: number) => (await process.ask<{ readonly rate: number }>(`${size} ${seconds}`)).rate;

async function bestSize(name: string, process: AskedProcess, seconds: number): Promise<Product> {
  const tried: { readonly size: number; readonly rate: number }[] = [];
  for (const size of PRODUCT_SIZES) tried.push({ size, rate: await rateOf(process, size, seconds / 4) });
  const { size } = tried.reduce((best, each) => (each.rate > best.rate ? each : best));
  return { name, process, size };
}

function productTask({ name, process, size }: Product, seconds: number): Task {
  return { name, measure: () => rateOf(process, size, seconds) };
}

interface Measured {
  readonly runners: readonly Runner[];
  readonly products: readonly Product[];
  readonly missing: readonly string[];
  readonly wideName: string;
  readonly measured: Rounds;
}

function summarise({ runners, products, missing, wideName, measured }: Measured): Speed {
  const of = (name: string) => measured.get(name)!;
  const median = (name: string) => spread(of(name)).median;
  const best = <T extends { readonly name: string }>(those: readonly T[], rate: (each: T) => number): T | undefined =>
    those.reduce<T | undefined>((found, each) => (found === undefined || rate(each) > rate(found) ? each : found), undefined);
  const peers = runners.filter(({ ours }) => !ours);
  const fastestTrainer = best(peers, ({ name }) => median(`${name}: updates`));
  const fastestPeer = best(peers, ({ name }) => -median(`${name}: figure 4`));
  const limit = best(products, ({ name }) => median(name))!.name;
  const limitSeconds = of(limit).map((rate) => operations(figure4, wholeFigure4) / rate);
  return {
    contenders: runners.map(({ name, ours, process, share, testAccuracy }) => ({
      name, ours, description: process.description, share, testAccuracy, peakMemory: process.peakMemory(),
      updatesPerSecond: spread(of(`${name}: updates`)),
      imagesPerSecond: spread(of(`${name}: forward`)),
      figure4Seconds: spread(of(`${name}: figure 4`)),
      toFastestPeer: fastestPeer && ratios(of(`${name}: figure 4`), of(`${fastestPeer.name}: figure 4`)),
      updatesToFastestPeer: fastestTrainer && ratios(of(`${name}: updates`), of(`${fastestTrainer.name}: updates`)),
      toMatrixProduct: ratios(of(`${name}: figure 4`), limitSeconds),
    })),
    missing,
    products: products.map(({ name, process, size }) => ({ name, description: process.description, size, rate: spread(of(name)) })),
    limit,
    limitSeconds: spread(limitSeconds),
    wide: { name: wideName, rate: spread(of('wide')), ofMatrixProduct: ratios(of('wide'), of(limit)) },
  };
}
