import { displayData } from '../outputs';

/** One place among a cell's outputs whose content can be set again and again. */
export interface Slot {
  /** Its name in this kernel's life. */
  readonly id: string;
  /** Shows `data`, a MIME bundle, here. Returns whether a kernel took it. */
  set(data: Record<string, unknown>, metadata?: Record<string, unknown>): boolean;
}

// Ids need only differ within a kernel's life and from those of the kernels before it in the same notebook.
const session = `clr-lab-${process.pid.toString(36)}-${Date.now().toString(36)}`;
let count = 0;

/** A place below what the cell has shown so far; it is taken with the first `set`. */
export function slot(): Slot {
  const displayId = `${session}-${++count}`;
  let taken = false;
  return {
    id: displayId,
    set(data, metadata) {
      const shown = displayData(data, { displayId, update: taken, ...(metadata === undefined ? {} : { metadata }) });
      taken = true;
      return shown;
    },
  };
}

/** Writes a line to standard output, for what no kernel takes. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
