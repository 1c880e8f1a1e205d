import type { EngineName } from '../engine/engine';
import { mathematicsVersion } from '../engine/onnx/version';
import { loadTensorFlow } from '../engine/tfjs/load-tensorflow';
import type { HostTensors } from '../network/host-tensor';
import { initialise } from '../network/initialise';
import type { Network } from '../network/network';
import { sgd } from '../network/optimiser/sgd';
import { scheduleFrom } from '../schedule/description';
import { variantTable } from '../training/augmentation';
import { measurementUpdates } from '../training/measurement-updates';
import { miniBatches } from '../training/mini-batches';
import { evaluationProgram } from '../training/evaluation-program';
import { updatesProgram } from '../training/programs';
import type { TrainOptions } from '../training/train-options';
import { updateInputs } from '../training/update-inputs';
import { canonicalJson, sha256 } from './canonical-json';
import { networkOf, type RunSettings, trainOptionsOf } from './settings';

/**
 * Everything that a run's bytes depend on, beside the machine: runs of equal identity are the same run. Threads are not in it,
 * since the bytes do not depend on them.
 */
export interface RunIdentity {
  readonly settings: RunSettings;
  /** The data set's checksum. */
  readonly dataset: string;
  /** What computes: packages and their versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 of the traced graphs, and of what is computed outside of them in a small case. */
  readonly mathematics: string;
}

/** The identity of a run of these settings on the data set with this checksum, here and now. */
export async function identityOf(settings: RunSettings, dataset: string): Promise<RunIdentity> {
  return { settings, dataset, versions: await engineVersions(settings.engine), mathematics: runMathematics(settings) };
}

/** The key under which a run is stored: SHA-256, in hex, of the identity's canonical JSON. */
export function keyOf(identity: RunIdentity): string {
  return sha256(canonicalJson(identity));
}

/** The first part in which two identities differ. */
export function differingPart(a: RunIdentity, b: RunIdentity): keyof RunIdentity | undefined {
  return (['settings', 'dataset', 'versions', 'mathematics'] as const).find((part) => canonicalJson(a[part]) !== canonicalJson(b[part]));
}

async function engineVersions(name: EngineName): Promise<Record<string, string>> {
  switch (name) {
    case 'onnx':
      return { 'onnxruntime-node': (require('onnxruntime-node/package.json') as { version: string }).version };
    case 'tfjs':
      return { tfjs: (await loadTensorFlow()).description }; // native and WebAssembly give other bytes
    case 'reference':
      return { node: process.versions.node }; // Math.exp is the interpreter's own
  }
}

function runMathematics(settings: RunSettings): string {
  const network = networkOf(settings);
  const width = settings.layers[0];
  const data = { images: { path: '', rows: 1, width }, labels: new Uint8Array(1), mean: new Float64Array(width), standardDeviation: new Float64Array(width).fill(1) };
  const options = trainOptionsOf(settings);
  const definitions = [updatesProgram(network, data, settings.batchSize, options), evaluationProgram(network, data)];
  return sha256(mathematicsVersion(definitions, settings.precision) + drawsVersion(network, options) + ratesVersion(settings));
}

/**
 * SHA-256 of learning rates along the run: a schedule is computed in plain TypeScript too. Of the two oldest it is left out, so that the runs
 * that are stored keep their keys.
 */
function ratesVersion({ schedule, updates }: RunSettings): string {
  if (schedule.type === 'cyclical' || schedule.type === 'constant') return '';
  const eta = scheduleFrom(schedule);
  return sha256(canonicalJson(Array.from({ length: 33 }, (_, k) => eta(Math.round((k * updates) / 32)))));
}

/** SHA-256 of a small case of what is drawn and computed in plain TypeScript: initial parameters, mini-batches, and what else updates are told. */
function drawsVersion(network: Network, { optimiser = sgd(), augmentation }: TrainOptions): string {
  const small = { ...network, layers: [4, 3, 2] };
  const parameters = initialise(small, { seed: 1 });
  const batches = miniBatches(Int32Array.from({ length: 10 }, (_, row) => row), { batchSize: 3, seed: 1 });
  const draws: unknown[] = [named(parameters), [...batches.rows(1, 7)], measurementUpdates(25, 10, 3)];
  const { rows, etas, lambda, ...others } = updateInputs({ network: small, optimiser, batches, batchSize: 3, schedule: () => 0, lambda: 0, seed: 1, augmentation }, 1, 7);
  if (Object.keys(others).length > 0) draws.push(named(others));
  if (augmentation) draws.push([...variantTable({ ...augmentation, shift: Math.min(1, augmentation.shift ?? 0) }, 48).data]);
  return sha256(canonicalJson(draws));
}

const named = (tensors: HostTensors) => Object.entries(tensors).map(([name, { data }]) => [name, ...data]);
