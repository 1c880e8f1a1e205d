import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Publisher, Reply, Router } from 'zeromq';
import type { CellOutput } from './cell-output';
import { endsInTemplate } from './cell-syntax';
import { languageInfo } from './language-info';
import { SendQueue } from './send-queue';
import type { CellOutcome, Session } from './session';
import { jupyter } from './tslab';
import { decode, encode, newHeader, protocolVersion, type ConnectionInfo, type Message } from './wire';

type Content = Record<string, unknown>;

/** How long after a failure the requests already on their way are waited for, to be aborted: one turn or two. */
const drainMilliseconds = 10;

/**
 * The kernel's end of the Jupyter protocol, over ZeroMQ. Cells run one after another; questions (completion,
 * inspection, …) are answered while a cell waits.
 */
export class KernelServer {
  readonly #session: Session;
  readonly #info: ConnectionInfo;
  readonly #identity = randomUUID();
  readonly #handler;
  readonly #sockets: readonly { close(): void }[];
  readonly #shell: Router;
  readonly #control: Router;
  readonly #heartbeat: Reply;
  readonly #stdin: Router;
  readonly #publisher: Publisher;
  readonly #shellQueue: SendQueue;
  readonly #controlQueue: SendQueue;
  readonly #published: SendQueue;
  /** Execute requests that wait for their turn. */
  #waiting: { message: Message; aborted: boolean }[] = [];
  #running: Message | undefined;
  #executionCount = 0;
  #runs = 0;

  constructor(session: Session, info: ConnectionInfo) {
    this.#session = session;
    this.#info = info;
    this.#handler = new jupyter.JupyterHandlerImpl(session.executor, false);
    const zmq = require('zeromq') as typeof import('zeromq');
    // Unlimited: a publisher at its limit would drop messages.
    this.#publisher = new zmq.Publisher({ sendHighWaterMark: 0, linger: 1000 });
    this.#shell = new zmq.Router({ sendHighWaterMark: 0, linger: 1000 });
    this.#control = new zmq.Router({ sendHighWaterMark: 0, linger: 1000 });
    this.#stdin = new zmq.Router({ linger: 0 });
    this.#heartbeat = new zmq.Reply({ linger: 0 });
    this.#sockets = [this.#publisher, this.#shell, this.#control, this.#stdin, this.#heartbeat];
    this.#published = new SendQueue(this.#publisher);
    this.#shellQueue = new SendQueue(this.#shell);
    this.#controlQueue = new SendQueue(this.#control);
  }

  /** Binds the sockets and serves until a shutdown request ends the process. */
  async start(): Promise<void> {
    const { transport, ip, iopub_port, shell_port, control_port, stdin_port, hb_port } = this.#info;
    const address = (port: number) => (transport === 'ipc' ? `ipc://${ip}-${port}` : `${transport}://${ip}:${port}`);
    await this.#publisher.bind(address(iopub_port));
    await Promise.all([
      this.#shell.bind(address(shell_port)),
      this.#control.bind(address(control_port)),
      this.#stdin.bind(address(stdin_port)),
      this.#heartbeat.bind(address(hb_port)),
    ]);
    this.#publish('status', { execution_state: 'starting' }, undefined);
    void this.#receive(this.#shell, this.#shellQueue);
    void this.#receive(this.#control, this.#controlQueue);
    void this.#echoHeartbeat();
  }

  async #echoHeartbeat(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
  }

  async #receive(socket: Router, replies: SendQueue): Promise<void> {
    for await (const frames of socket) {
      let message: Message;
      try {
        message = decode(frames, this.#info.key);
      } catch (error) {
        logToTerminal(`refused ${(error as Error).message}`);
        continue;
      }
      if (message.header.msg_type === 'execute_request') this.#enqueue(message);
      else void this.#answer(message, replies);
    }
  }

  // ---- questions, answered at once

  async #answer(message: Message, replies: SendQueue): Promise<void> {
    const type = message.header.msg_type;
    this.#publish('status', { execution_state: 'busy' }, message);
    const content = this.#contentOfAnswer(type, message.content);
    if (content === undefined) logToTerminal(`no answer to ${type}`);
    else this.#reply(message, content, replies);
    this.#publish('status', { execution_state: 'idle' }, message);
    // A front end shows the status it heard last.
    if (this.#running !== undefined) this.#publish('status', { execution_state: 'busy' }, this.#running);
    if (type === 'shutdown_request') await this.#shutDown();
  }

  #contentOfAnswer(type: string, request: Content): Content | undefined {
    try {
      switch (type) {
        case 'kernel_info_request':
          return kernelInfo();
        case 'is_complete_request':
          return endsInTemplate(String(request['code'])) ? { status: 'incomplete', indent: '' } : { ...this.#handler.handleIsComplete(request as never) };
        case 'inspect_request':
          return { ...this.#handler.handleInspect(request as never) };
        case 'complete_request':
          return { ...this.#handler.handleComplete(request as never) };
        case 'comm_info_request':
          return { status: 'ok', comms: {} };
        case 'history_request':
          return { status: 'ok', history: [] };
        case 'interrupt_request':
          this.#session.interrupt();
          return { status: 'ok' };
        case 'shutdown_request':
          return { status: 'ok', restart: request['restart'] === true };
        default:
          return undefined;
      }
    } catch (error) {
      // The compiler's completion and inspection are not above failing on half-written code.
      const { name, message } = error as Error;
      return { status: 'error', ename: name, evalue: message, traceback: [`${name}: ${message}`] };
    }
  }

  async #shutDown(): Promise<void> {
    await Promise.all([this.#published.sent(), this.#shellQueue.sent(), this.#controlQueue.sent()]);
    for (const socket of this.#sockets) socket.close();
    // Timers, sockets and children of cells do not keep a kernel alive.
    process.exit(0);
  }

  // ---- cells, one after another

  #enqueue(message: Message): void {
    this.#waiting.push({ message, aborted: false });
    if (this.#running === undefined) void this.#runWaiting();
  }

  async #runWaiting(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#running = next.message;
      this.#publish('status', { execution_state: 'busy' }, next.message);
      if (next.aborted) this.#reply(next.message, { status: 'aborted' }, this.#shellQueue);
      else await this.#execute(next.message);
      this.#publish('status', { execution_state: 'idle' }, next.message);
      this.#running = undefined;
    }
  }

  async #execute(message: Message): Promise<void> {
    const { code, silent = false, store_history = true, stop_on_error = true } = message.content as {
      code: string; silent?: boolean; store_history?: boolean; stop_on_error?: boolean;
    };
    if (store_history && !silent) this.#executionCount++;
    const execution_count = this.#executionCount;
    if (!silent) this.#publish('execute_input', { code, execution_count }, message);
    const sink = (output: CellOutput) => this.#publishOutput(output, message, execution_count, silent);
    // Runs are told apart in stack traces by a number; the execution count does not move for silent ones.
    this.#runs = Math.max(this.#runs + 1, execution_count);
    // A cell may keep the process busy for long: that it runs is known first.
    await this.#published.sent();
    const outcome = await this.#session.run(code, this.#runs, sink);
    await this.#finish(message, outcome, execution_count, silent, stop_on_error);
  }

  async #finish(message: Message, outcome: CellOutcome, execution_count: number, silent: boolean, stop: boolean): Promise<void> {
    if (outcome === undefined) {
      this.#reply(message, { status: 'ok', execution_count, user_expressions: {}, payload: [] }, this.#shellQueue);
      return;
    }
    if (!silent) this.#publish('error', { ...outcome }, message);
    if (stop) {
      // What was asked for before the failure was known, such as the rest of Run All, is not run.
      await delay(drainMilliseconds);
      for (const waiting of this.#waiting) waiting.aborted = true;
    }
    this.#reply(message, { status: 'error', execution_count, ...outcome }, this.#shellQueue);
  }

  #publishOutput(output: CellOutput, parent: Message, execution_count: number, silent: boolean): void {
    switch (output.type) {
      case 'stream':
        return this.#publish('stream', { name: output.name, text: output.text }, parent);
      case 'display': {
        const { data, metadata, displayId, update } = output;
        const transient = displayId === undefined ? {} : { display_id: displayId };
        return this.#publish(update ? 'update_display_data' : 'display_data', { data, metadata, transient }, parent);
      }
      case 'result':
        if (silent) return;
        return this.#publish('execute_result', { data: output.data, metadata: output.metadata, execution_count }, parent);
    }
  }

  // ---- sending

  #reply(request: Message, content: Content, replies: SendQueue): void {
    const header = newHeader(request.header.msg_type.replace(/_request$/, '_reply'), this.#identity);
    const { identities, header: parent } = request;
    replies.send(encode({ identities, header, parent, metadata: {}, content }, this.#info.key));
  }

  #publish(type: string, content: Content, parent: Message | undefined): void {
    const identities = [Buffer.from(`kernel.${this.#identity}.${type}`)];
    const header = newHeader(type, this.#identity);
    this.#published.send(encode({ identities, header, parent: parent?.header ?? {}, metadata: {}, content }, this.#info.key));
  }
}

function kernelInfo(): Content {
  return {
    status: 'ok',
    protocol_version: protocolVersion,
    implementation: 'clr-lab',
    implementation_version: '0.1.0',
    language_info: languageInfo,
    banner: `TypeScript ${languageInfo.version} on Node ${process.versions.node}, with clr-lab`,
    help_links: [],
    debugger: false,
  };
}

const terminal = process.stderr.write.bind(process.stderr);

/** To the terminal that Jupyter runs in: the process's own streams are the cells'. */
function logToTerminal(text: string): void {
  terminal(`clr-lab kernel: ${text}\n`);
}
