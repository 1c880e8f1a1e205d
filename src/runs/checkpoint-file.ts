import { readFile, rm } from 'node:fs/promises';
import { unfinishedName, writeAtomically } from '../data/atomic-write';
import type { Checkpoint } from '../training/checkpoint';
import { sha256 } from './canonical-json';
import { DamagedEntry } from './entry-folder';
import { decodeSafetensors, encodeSafetensors } from './safetensors';

const format = 'clr-lab checkpoint 1';

/** Writes a checkpoint as one file, whole or not at all: a line with the SHA-256 of what follows, then a safetensors file. */
export async function writeCheckpoint(path: string, key: string, { state, ...rest }: Checkpoint): Promise<void> {
  const content = encodeSafetensors(state, { key, checkpoint: JSON.stringify(rest) });
  await writeAtomically(unfinishedName(path), (file) => file.writeFile(Buffer.concat([Buffer.from(`${format} ${sha256(content)}\n`), content])), () => path);
}

/**
 * The checkpoint in a file; undefined if there is none.
 *
 * @throws DamagedEntry if it is not as it was written
 */
export async function readCheckpoint(path: string, key: string): Promise<Checkpoint | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf('\n') + 1;
  const content = bytes.subarray(end);
  if (bytes.toString('latin1', 0, end) !== `${format} ${sha256(content)}\n`) throw new DamagedEntry('it has another SHA-256 than its first line says');
  const { tensors, metadata } = decodeSafetensors(content);
  if (metadata.key !== key) throw new DamagedEntry(`it is of the run ${metadata.key}`);
  return { ...(JSON.parse(metadata.checkpoint) as Omit<Checkpoint, 'state'>), state: tensors };
}

export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}
