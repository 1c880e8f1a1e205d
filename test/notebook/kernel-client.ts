import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Dealer, Subscriber } from 'zeromq';
import { kernelspec } from '../../src/notebook/kernel/kernelspec';
import { decode, encode, newHeader, type ConnectionInfo, type Message } from '../../src/notebook/kernel/wire';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** What came of one request: the messages published for it, in order, and its reply. */
export interface Answer {
  readonly published: readonly Message[];
  readonly reply: Message;
}

/** A front end of the Jupyter protocol, with a kernel process of its own. */
export class KernelClient {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'clr-lab-kernel-test-'));
  readonly #shell = new Dealer({ linger: 0 });
  readonly #control = new Dealer({ linger: 0 });
  readonly #iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  readonly #session = `test-${process.pid}`;
  readonly published: Message[] = [];
  readonly replies: Message[] = [];
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  terminal = '';
  #changed = withResolvers();

  private constructor(readonly info: ConnectionInfo, environment: Record<string, string>) {
    const file = path.join(this.folder, 'connection.json');
    writeFileSync(file, JSON.stringify(info));
    const { argv: [command, ...args], env } = kernelspec(); // as Jupyter starts it
    this.process = spawn(command!, args.map((arg) => arg.replace('{connection_file}', file)), {
      cwd: this.folder,
      env: { ...process.env, ...env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = once(this.process, 'exit');
    for (const stream of [this.process.stdout!, this.process.stderr!]) stream.on('data', (data) => (this.terminal += data));
  }

  static async start(environment: Record<string, string> = {}): Promise<KernelClient> {
    const [shell_port, iopub_port, control_port, stdin_port, hb_port] = await Promise.all(Array.from({ length: 5 }, freePort));
    const client = new KernelClient({
      transport: 'tcp', ip: '127.0.0.1', key: 'a key', signature_scheme: 'hmac-sha256',
      shell_port: shell_port!, iopub_port: iopub_port!, control_port: control_port!, stdin_port: stdin_port!, hb_port: hb_port!,
    }, environment);
    await client.#connect();
    return client;
  }

  async #connect(): Promise<void> {
    const at = (port: number) => `tcp://127.0.0.1:${port}`;
    this.#shell.connect(at(this.info.shell_port));
    this.#control.connect(at(this.info.control_port));
    this.#iopub.connect(at(this.info.iopub_port));
    this.#iopub.subscribe();
    void this.#receive(this.#iopub, this.published);
    void this.#receive(this.#shell, this.replies);
    void this.#receive(this.#control, this.replies);
    // Until the subscription has arrived, what is published is lost.
    while (this.published.length === 0) {
      await this.ask('kernel_info_request', {}, { withPublished: false });
      await delay(20);
    }
  }

  async #receive(socket: AsyncIterable<Buffer[]>, into: Message[]): Promise<void> {
    for await (const frames of socket) {
      into.push(decode(frames, this.info.key));
      this.#changed.resolve();
      this.#changed = withResolvers();
    }
  }

  async send(type: string, content: Record<string, unknown>, { key = this.info.key, control = false } = {}): Promise<string> {
    const header = newHeader(type, this.#session, 'test');
    const socket = control ? this.#control : this.#shell;
    await socket.send(encode({ identities: [], header, parent: {}, metadata: {}, content }, key));
    return header.msg_id;
  }

  /** Waits until `found` finds something. */
  async until<T>(found: () => T | undefined, milliseconds = 55_000): Promise<T> {
    const end = Date.now() + milliseconds;
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      if (Date.now() > end) throw new Error(`nothing came within ${milliseconds} ms; the kernel's terminal: ${this.terminal}`);
      await Promise.race([this.#changed.promise, delay(50)]);
    }
  }

  of(id: string, messages: readonly Message[] = this.published): Message[] {
    return messages.filter(({ parent }) => parent.msg_id === id);
  }

  async answer(id: string, { withPublished = true } = {}): Promise<Answer> {
    const reply = await this.until(() => this.of(id, this.replies)[0]);
    if (withPublished) await this.until(() => this.of(id).find(({ content }) => content['execution_state'] === 'idle'));
    return { reply, published: this.of(id) };
  }

  async ask(type: string, content: Record<string, unknown>, options: { withPublished?: boolean; control?: boolean } = {}): Promise<Answer> {
    return this.answer(await this.send(type, content, options), options);
  }

  execute(code: string): Promise<string> {
    return this.send('execute_request', { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true });
  }

  /** Runs a cell to its end. */
  async run(code: string): Promise<Answer> {
    return this.answer(await this.execute(code));
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.exited;
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function withResolvers() {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** The text that was printed, of one stream. */
export function printed({ published }: Answer, name: 'stdout' | 'stderr' = 'stdout'): string {
  return published.filter(({ header, content }) => header.msg_type === 'stream' && content['name'] === name)
    .map(({ content }) => content['text']).join('');
}
