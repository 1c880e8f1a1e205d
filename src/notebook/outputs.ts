/** How a display is shown and found again. */
export interface DisplayOptions {
  /** A name for this display; a later call with `update` and the same name changes it in place. */
  readonly displayId?: string;
  /** Change the display of that `displayId` instead of adding one. Default false. */
  readonly update?: boolean;
  /** Metadata per MIME type, as in nbformat. Default none. */
  readonly metadata?: Record<string, unknown>;
}

/** What takes displays: a kernel sends them to the notebook. */
export type DisplaySink = (data: Record<string, unknown>, options: DisplayOptions) => void;

// On globalThis, because the kernel and the modules that cells import may be two copies of this file.
const holder = globalThis as { [key: symbol]: DisplaySink | undefined };
const key = Symbol.for('clr-lab.display-sink');

/**
 * Shows one output below the running cell.
 *
 * `data` is a MIME bundle: content by MIME type, text as a string, pictures as base64, JSON types as plain objects.
 * Returns whether a kernel took it: false in a plain Node process, where nothing happens.
 * Throws a RangeError for an update without a `displayId`.
 */
export function displayData(data: Record<string, unknown>, options: DisplayOptions = {}): boolean {
  if (options.update && options.displayId === undefined) {
    throw new RangeError('displayData: `update: true` needs the `displayId` of the display to change');
  }
  const sink = holder[key];
  if (sink === undefined) return false;
  sink(data, options);
  return true;
}

/** Whether a kernel takes displays: what is dear to draw need not be drawn without one. */
export function isDisplaying(): boolean {
  return holder[key] !== undefined;
}

/** Called by a kernel as it starts: where displays go from now on; undefined for nowhere. */
export function setDisplaySink(sink: DisplaySink | undefined): void {
  holder[key] = sink;
}
