import { z } from 'zod';
import { hostTensor } from '../../network/host-tensor';
import { modelShapes } from '../../network/parameters';
import { canonicalJson } from '../../runs/canonical-json';
import type { RunIdentity } from '../../runs/identity';
import { decodeSafetensors, encodeSafetensors } from '../../runs/safetensors';
import { type EntryFiles, filesOf, runFrom, type StoredRun, summaryFile } from '../../runs/stored-run';
import { validate } from '../../runs/validate';
import { history } from './measurement-schema';

/** A run as bytes: the files that its entry in a store would have, as tensors of bytes in one safetensors file. */
export function packRun(run: StoredRun): Uint8Array {
  return encodeSafetensors(Object.fromEntries(Object.entries(filesOf(run)).map(([name, bytes]) => [name, hostTensor([bytes.length], bytes)])));
}

/**
 * The run that was packed, if it is one of this identity through and through: its settings, data, versions and mathematics, the shape of
 * every parameter, the size of its standardiser.
 *
 * @throws Error that says what is wrong with the bytes
 */
export function unpackRun(bytes: Uint8Array, identity: RunIdentity): StoredRun {
  const files: EntryFiles = Object.fromEntries(Object.entries(decodeSafetensors(bytes).tensors).map(([name, { data }]) => [name, data as Uint8Array]));
  if (files[summaryFile] === undefined) throw new Error(`the run has no ${summaryFile}`);
  validate(summary, JSON.parse(Buffer.from(files[summaryFile]).toString('utf8')), 'run');
  const run = runFrom(files);
  if (canonicalJson(run.identity) !== canonicalJson(identity)) throw new Error('the run is not the one that was asked for');
  if (run.outcome === 'finished') requireShapes(run.model, identity);
  return run;
}

function requireShapes({ network, parameters, standardiser }: Extract<StoredRun, { outcome: 'finished' }>['model'], { settings }: RunIdentity): void {
  const given = canonicalJson(Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape])));
  const right = canonicalJson(modelShapes(network));
  if (given !== right) throw new Error(`the run's parameters have the shapes ${given}; ${right} would be right`);
  const type = settings.precision === 'float32' ? Float32Array : Float64Array;
  if (Object.values(parameters).some(({ data }) => !(data instanceof type))) throw new Error(`the run's parameters are not all of ${settings.precision}`);
  for (const values of [standardiser.mean, standardiser.standardDeviation]) {
    if (!(values instanceof Float64Array && values.length === settings.layers[0])) throw new Error(`the run's standardiser does not have ${settings.layers[0]} values of float64, one for each input`);
  }
}

const number = z.number({ error: 'a finite number' });
const text = z.string({ error: 'a text' });
const common = {
  identity: z.unknown(), // compared as a whole
  history,
  seconds: number.min(0, { error: 'a number, 0 or more,' }),
  environment: z.strictObject({ engine: text, node: text, platform: text, architecture: text, processor: text, cores: number, memoryGiB: number, finished: z.iso.datetime({ error: 'a time in UTC' }) }),
};
const summary = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('finished'), ...common }),
  z.strictObject({ outcome: z.literal('diverged'), ...common, divergence: z.strictObject({ update: number, eta: number, loss: z.enum(['NaN', 'Infinity', '-Infinity'], { error: 'NaN, Infinity or -Infinity' }) }) }),
], { error: 'finished or diverged' });
