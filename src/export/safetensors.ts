import { hostTensor } from '../network/host-tensor';
import { encodeSafetensors } from '../runs/safetensors';
import type { Model } from '../training/model';
import { type ExportNotes, notesOf } from './notes';

/**
 * A trained network's numbers in the safetensors format: the parameters as trained (W1 [d × m], b1 [m], …; with batch normalisation gamma, beta and
 * the running averages), and the standardiser's `pixelMean` and `pixelDeviation`, [d], in bytes (0 to 255).
 */
export function exportSafetensors(model: Model, notes: ExportNotes = {}): Uint8Array {
  const { mean, standardDeviation } = model.standardiser;
  const pixels = { pixelMean: hostTensor([mean.length], mean), pixelDeviation: hostTensor([mean.length], standardDeviation) };
  return encodeSafetensors({ ...model.parameters, ...pixels }, notesOf(model, notes));
}
