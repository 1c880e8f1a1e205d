import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command, Option } from 'commander';
import { unfinishedName, writeAtomically } from '../data/atomic-write';
import type { FinishedRun } from '../runs/stored-run';
import { say } from './output';
import { isReal, openRun } from './stored-runs';
import { userPath } from './user-path';

interface Flags {
  readonly format: 'onnx' | 'tfjs' | 'safetensors';
  readonly input: 'bytes' | 'floats';
  readonly out: string;
}

/** `clr-lab export`: a stored run's network as a file for other programs. */
export function exportCommand(): Command {
  return new Command('export')
    .description("write a stored run's network as a file that other programs open")
    .argument('<key>', "the run's key, or the beginning of it; best is the one with the best validation accuracy")
    .addOption(new Option('--format <format>', 'onnx: one file; tfjs: a folder with a layers model of TensorFlow.js; safetensors: the numbers alone').choices(['onnx', 'tfjs', 'safetensors']).default('onnx'))
    .addOption(new Option('--input <kind>', 'what an ONNX file takes: bytes from 0 to 255, or floats from 0 to 1').choices(['bytes', 'floats']).default('bytes'))
    .requiredOption('--out <path>', 'where to write')
    .action(write);
}

async function write(beginning: string, { format, input, out }: Flags): Promise<void> {
  const run = await openRun(beginning === 'best' ? undefined : beginning);
  const path = userPath(out);
  const files = await filesOf(run, { format, input, path });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(name), { recursive: true });
    await writeAtomically(unfinishedName(name), (file) => file.writeFile(content), () => name);
  }
  if (!isReal(run)) say('SYNTHETIC DATA');
  say(`run ${run.key.slice(0, 12)}, ${run.model.network.layers.join('-')}: ${path}`);
}

/** The files of a format, by path; the one that names the others comes last. */
async function filesOf({ key, model, identity, history }: FinishedRun & { readonly key: string }, { format, input, path }: Pick<Flags, 'format' | 'input'> & { readonly path: string }): Promise<Record<string, Uint8Array>> {
  const { exportOnnx, exportSafetensors, exportTensorFlowJs } = await import('../export/index.js');
  const metadata = { run: key, settings: JSON.stringify(identity.settings), validationAccuracy: String(history[history.length - 1].validation.accuracy) };
  switch (format) {
    case 'onnx':
      return { [path]: exportOnnx(model, { input, metadata }) };
    case 'safetensors':
      return { [path]: exportSafetensors(model, { metadata }) };
    case 'tfjs': {
      const files = await exportTensorFlowJs(model, { metadata });
      return { [join(path, 'weights.bin')]: files['weights.bin'], [join(path, 'model.json')]: files['model.json'] };
    }
  }
}
