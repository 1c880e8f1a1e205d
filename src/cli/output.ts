/** Prints a line to standard output. */
export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a value for programs to read. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** 0.4637 as '46.37 %'. */
export const percent = (fraction: number) => `${(100 * fraction).toFixed(2)} %`;

/** A signal that aborts at the first Ctrl-C; the second ends the process as usual. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(new Error('interrupted')));
  return controller.signal;
}
