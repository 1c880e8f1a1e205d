// On globalThis, because the kernel and the modules that cells import may be two copies of this file.
const holder = globalThis as { [key: symbol]: AbortSignal | undefined };
const key = Symbol.for('clr-lab.current-signal');

/** Called by a kernel: the signal that aborts when the cell now running is interrupted; undefined when none runs. */
export function setCurrentSignal(signal: AbortSignal | undefined): void {
  holder[key] = signal;
}

/** The signal of the notebook cell now running; undefined outside a kernel. The default `signal` of long work. */
export function currentSignal(): AbortSignal | undefined {
  return holder[key];
}
