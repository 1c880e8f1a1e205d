import type { EngineName } from '../engine/engine';
import { mathematicsVersion } from '../engine/onnx/version';
import { loadTensorFlow } from '../engine/tfjs/load-tensorflow';
import { initialise } from '../network/initialise';
import { fullyConnected } from '../network/network';
import { measurementUpdates } from '../training/measurement-updates';
import { miniBatches } from '../training/mini-batches';
import { evaluationProgram, updatesProgram } from '../training/programs';
import { canonicalJson, sha256 } from './canonical-json';
import { networkOf, type RunSettings } from './settings';

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
  /** SHA-256 of the traced graphs, and of what is drawn outside of them in a small case. */
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
  const definitions = [updatesProgram(network, data, settings.batchSize), evaluationProgram(network, data)];
  return sha256(mathematicsVersion(definitions, settings.precision) + drawsVersion());
}

/** SHA-256 of a small case of what is drawn from the seed in plain TypeScript: initial parameters and mini-batches. */
function drawsVersion(): string {
  const parameters = initialise(fullyConnected({ layers: [4, 3, 2] }), { seed: 1 });
  const rows = miniBatches(Int32Array.from({ length: 10 }, (_, row) => row), { batchSize: 3, seed: 1 }).rows(1, 7);
  const draws = [Object.entries(parameters).map(([name, { data }]) => [name, ...data]), [...rows], measurementUpdates(25, 10, 3)];
  return sha256(canonicalJson(draws));
}
