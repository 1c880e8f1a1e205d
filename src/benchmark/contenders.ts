import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describeDataset } from '../data/attach-dataset';
import type { Dataset } from '../data/dataset';
import type { EngineName } from '../engine/engine';
import { projectRoot } from '../notebook/kernel/project';
import type { Command } from './asked-process';
import type { EngineProcessOptions } from './engine-process';
import type { Experiment } from './experiment';

/** A process that can do the experiment's work. */
export interface Contender {
  /** 'onnx, 2 threads'. */
  readonly name: string;
  readonly ours: boolean;
  readonly command: Command;
}

export const PEER_FOLDER = join(projectRoot, 'test', 'peers');

/** One thread, and as many as there are cores. */
export function threadCounts(): number[] {
  return [...new Set([1, availableParallelism()])];
}

export const threadsName = (threads: number) => `${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Our engines: ONNX Runtime on one thread and on all, TensorFlow.js as it is installed here. */
export function engineContenders(dataset: Dataset, experiment: Experiment): Contender[] {
  return [
    ...threadCounts().map((threads): Contender => ({ name: `onnx, ${threadsName(threads)}`, ours: true, command: engineCommand(dataset, { ...experiment, engine: 'onnx', threads }) })),
    { name: 'tfjs', ours: true, command: engineCommand(dataset, { ...experiment, engine: 'tfjs' }) },
  ];
}

export function engineCommand(dataset: Dataset, options: Omit<EngineProcessOptions, 'dataset'> & { readonly engine: EngineName }): Command {
  return { file: process.execPath, parameters: [join(__dirname, 'engine-process.js'), JSON.stringify({ ...options, dataset: describeDataset(dataset) })] };
}

/** A tool that others train with. */
export interface Peer {
  /** Of the contender, without its threads. */
  readonly name: string;
  /** What its program is in test/peers. */
  readonly script: string;
  /** Commands that may run it, and what each must be able to do. */
  readonly candidates: readonly { readonly file: string; readonly parameters: readonly string[]; readonly probe: readonly string[] }[];
}

const python = (module: string): Peer['candidates'] =>
  ['/usr/bin/python3', 'python3'].map((file) => ({ file, parameters: [], probe: ['-c', `import importlib.util as u, sys; sys.exit(u.find_spec("numpy") is None or u.find_spec("${module}") is None)`] }));

export const PEERS: readonly Peer[] = [
  { name: 'NumPy', script: 'with_numpy.py', candidates: python('numpy') },
  { name: 'PyTorch', script: 'with_pytorch.py', candidates: python('torch') },
  { name: 'Octave', script: 'with_octave.m', candidates: [{ file: 'octave-cli', parameters: ['--quiet', '--no-init-file'], probe: ['--version'] }] },
];

/** How to start a peer's program with some arguments, on so many threads; undefined where the peer is not installed. */
export function peerCommand({ script, candidates }: Pick<Peer, 'script' | 'candidates'>, threads: number, ...args: string[]): Command | undefined {
  const found = candidates.find(({ file, probe }) => spawnSync(file, probe, { stdio: 'ignore' }).status === 0);
  return found && { file: found.file, parameters: [...found.parameters, join(PEER_FOLDER, script), ...args], environment: threadEnvironment(threads) };
}

/** OpenBLAS chooses its own kernels for this processor: a choice made for other programs would slow it down. */
function threadEnvironment(threads: number): NonNullable<Command['environment']> {
  const count = String(threads);
  return {
    OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count,
    OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined, PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** NumPy's matrix product: the program for `peerCommand`. */
export const numpyProduct: Pick<Peer, 'script' | 'candidates'> = { script: 'matrix_product.py', candidates: python('numpy') };

/** The peers that are installed, on one thread and on all, and the names of those that are not. */
export function peerContenders(folder: string, { layers, ...options }: Experiment): { readonly found: Contender[]; readonly missing: string[] } {
  const argument = JSON.stringify({ ...options, hidden: layers[1], folder, train: ['data_batch_1.bin'], validation: ['data_batch_2.bin'], test: ['test_batch.bin'] });
  const found: Contender[] = [];
  const missing: string[] = [];
  for (const peer of PEERS) {
    const contenders = threadCounts().flatMap((threads): Contender[] => {
      const command = peerCommand(peer, threads, argument);
      return command === undefined ? [] : [{ name: `${peer.name}, ${threadsName(threads)}`, ours: false, command }];
    });
    if (contenders.length === 0) missing.push(peer.name);
    found.push(...contenders);
  }
  return { found, missing };
}
