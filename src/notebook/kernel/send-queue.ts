/** The part of a ZeroMQ socket that sends. */
export interface Sender {
  send(frames: Buffer[]): Promise<void>;
}

/**
 * Sends messages on a socket one after another. ZeroMQ refuses a second send while the first is under way, which
 * happens whenever more is sent in one turn of the event loop than its buffer holds.
 */
export class SendQueue {
  readonly #waiting: Buffer[][] = [];
  #sending: Promise<void> | undefined;

  constructor(private readonly socket: Sender) {}

  send(frames: Buffer[]): void {
    this.#waiting.push(frames);
    this.#sending ??= this.#sendWaiting();
  }

  /** Resolves when all that was given so far is with ZeroMQ. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  async #sendWaiting(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      // A peer that is gone; the messages for others go on.
      await this.socket.send(next).catch(() => undefined);
    }
    this.#sending = undefined;
  }
}
