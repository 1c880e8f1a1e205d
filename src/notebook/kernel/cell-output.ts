import { StringDecoder } from 'node:string_decoder';

/** What a cell shows, in the order in which it shows it. */
export type CellOutput =
  | { readonly type: 'stream'; readonly name: StreamName; readonly text: string }
  | {
      readonly type: 'display';
      readonly data: Record<string, unknown>;
      readonly metadata: Record<string, unknown>;
      readonly displayId?: string;
      /** Change the display of that `displayId`, in whatever cell it is. */
      readonly update: boolean;
    }
  | { readonly type: 'result'; readonly data: Record<string, unknown>; readonly metadata: Record<string, unknown> };

export type StreamName = 'stdout' | 'stderr';

/** Takes the outputs of one cell. */
export type OutputSink = (output: CellOutput) => void;

const flushCharacters = 1 << 17;
const flushMilliseconds = 25;

/**
 * Collects what a cell prints into few large stream outputs, for a front end drowns in thousands of small ones.
 * Nothing is lost and nothing changes places: a change of stream and every display sends what was collected first.
 */
export class OutputCollector {
  #pending: string[] = [];
  #characters = 0;
  #name: StreamName = 'stdout';
  /** When the first of what is pending came. */
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  // A character may be cut in two by the buffers of two writes.
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };

  constructor(private readonly sink: OutputSink) {}

  write(name: StreamName, chunk: string | Uint8Array): void {
    const text = typeof chunk === 'string' ? chunk : this.#decoders[name].write(Buffer.from(chunk));
    if (text === '') return;
    if (name !== this.#name) this.flush();
    this.#name = name;
    if (this.#pending.length === 0) this.#since = performance.now();
    this.#pending.push(text);
    this.#characters += text.length;
    // A cell that leaves the event loop no turn has no timers.
    const isDue = performance.now() - this.#since > 2 * flushMilliseconds;
    if (isDue || this.#characters >= flushCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), flushMilliseconds);
  }

  show(output: CellOutput): void {
    this.flush();
    this.sink(output);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const text = this.#pending.join('');
    this.#pending = [];
    this.#characters = 0;
    this.sink({ type: 'stream', name: this.#name, text });
  }
}
