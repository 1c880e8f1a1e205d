import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Dealer, Subscriber } from 'zeromq';
import { projectRoot } from '../notebook/kernel/project';
import { type ConnectionInfo, decode, encode, type Message, newHeader } from '../notebook/kernel/wire';
import { interleave, type Spread, spread } from './rounds';

/** What a user waits for at the beginning, in seconds. */
export interface StartUp {
  /** `require` of the built library in Node. */
  readonly importInNode: Spread;
  /** The cell with the first `import … from 'clr-lab'`, in a kernel that is up. */
  readonly importInCell: Spread;
  /** From the start of the kernel's process to the first figure that a cell shows. */
  readonly firstFigure: Spread;
}

const IMPORT = "import { lines, show } from 'clr-lab';";
const FIGURE = "show(lines([{ name: 'loss', x: [0, 1, 2, 3], y: [2.3, 1.9, 1.8, 1.7] }]));";

/** Times each in a new process, in interleaved rounds. */
export async function measureStartUp(rounds: number): Promise<StartUp> {
  const importInCell: number[] = [];
  const measured = await interleave(
    [
      { name: 'import in Node', measure: async () => importInNode() },
      {
        name: 'first figure',
        async measure() {
          const { importSeconds, firstFigureSeconds } = await firstCells();
          importInCell.push(importSeconds);
          return firstFigureSeconds;
        },
      },
    ],
    rounds,
  );
  return { importInNode: spread(measured.get('import in Node')!), importInCell: spread(importInCell), firstFigure: spread(measured.get('first figure')!) };
}

/** As the process that imports it sees it; an error if an engine is loaded along with it. */
function importInNode(): number {
  const script = `const started = performance.now();
    require(${JSON.stringify(projectRoot)});
    const seconds = (performance.now() - started) / 1000;
    const engines = Object.keys(require.cache).filter((file) => /onnxruntime|@tensorflow/.test(file));
    process.stdout.write(JSON.stringify({ seconds, engines }));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the library could not be imported: ${stderr}`);
  const { seconds, engines } = JSON.parse(stdout) as { readonly seconds: number; readonly engines: readonly string[] };
  if (engines.length > 0) throw new Error(`the import of the library loads an engine: ${engines[0]}`);
  return seconds;
}

/** Starts a kernel as Jupyter does, imports the library in its first cell, and shows a figure in the second. */
async function firstCells(): Promise<{ readonly importSeconds: number; readonly firstFigureSeconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'clr-lab-start-up-'));
  const [shell_port, iopub_port, control_port, stdin_port, hb_port] = await freePorts(5);
  const info: ConnectionInfo = { transport: 'tcp', ip: '127.0.0.1', key: 'benchmark', signature_scheme: 'hmac-sha256', shell_port, iopub_port, control_port, stdin_port, hb_port };
  const file = join(folder, 'connection.json');
  writeFileSync(file, JSON.stringify(info));
  const started = performance.now();
  const kernel = spawn(process.execPath, [join(projectRoot, 'src', 'cli', 'start.mjs'), 'kernel', 'start', file], { cwd: folder, stdio: 'ignore' });
  const ended = once(kernel, 'exit');
  const frontEnd = await connect(info);
  try {
    await frontEnd.ready();
    const importing = performance.now();
    await frontEnd.execute(IMPORT);
    const importSeconds = (performance.now() - importing) / 1000;
    const shown = await frontEnd.execute(FIGURE);
    if (!shown.some(({ header }) => header.msg_type === 'display_data')) throw new Error('the kernel showed no figure');
    return { importSeconds, firstFigureSeconds: (performance.now() - started) / 1000 };
  } finally {
    frontEnd.close();
    kernel.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** The other end of a kernel's sockets, as far as it is needed here. */
interface FrontEnd {
  /** Waits until the kernel answers and its publications arrive. */
  ready(): Promise<void>;
  /** Runs a cell to its end and returns what it published. Throws if the cell fails. */
  execute(code: string): Promise<Message[]>;
  close(): void;
}

async function connect({ ip, key, shell_port, iopub_port }: ConnectionInfo): Promise<FrontEnd> {
  const zmq = await import('zeromq');
  const shell: Dealer = new zmq.Dealer({ linger: 0 });
  const iopub: Subscriber = new zmq.Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  shell.connect(`tcp://${ip}:${shell_port}`);
  iopub.connect(`tcp://${ip}:${iopub_port}`);
  iopub.subscribe();
  const published: Message[] = [];
  const listen = async () => {
    for await (const frames of iopub) published.push(decode(frames as Buffer[], key));
  };
  void listen().catch(() => {}); // closed
  const ask = async (type: string, content: Record<string, unknown>): Promise<{ readonly id: string; readonly reply: Message }> => {
    const header = newHeader(type, 'benchmark');
    await shell.send(encode({ identities: [], header, parent: {}, metadata: {}, content }, key));
    const reply = decode((await shell.receive()) as Buffer[], key);
    return { id: header.msg_id, reply };
  };
  const isIdle = (message: Message, id: string) => message.parent.msg_id === id && message.content['execution_state'] === 'idle';
  return {
    async ready() {
      // What is published before the subscription has arrived is lost.
      while (published.length === 0) {
        await ask('kernel_info_request', {});
        await delay(5);
      }
    },
    async execute(code) {
      const { id, reply } = await ask('execute_request', { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true });
      if (reply.content['status'] !== 'ok') throw new Error(`a cell failed: ${String(reply.content['evalue'])}`);
      while (!published.some((message) => isIdle(message, id))) await delay(2);
      return published.filter(({ parent }) => parent.msg_id === id);
    },
    close() {
      shell.close();
      iopub.close();
    },
  };
}
