import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { jupyter, type Sandbox } from './sandbox';

/** A running classic Notebook of a sandbox's notebooks. */
export interface NotebookServer {
  readonly origin: string;
  /** The address of a notebook by its file's name, with the token. */
  address(name: string): string;
  /** Ends the server and its kernels; resolves when they have ended. */
  stop(): Promise<void>;
}

const token = 'a-token-for-tests';

/** Starts /usr/bin/jupyter notebook on the loopback, in a process group of its own. Rejects with what it printed if it does not come up. */
export async function startNotebookServer({ folder, environment }: Sandbox): Promise<NotebookServer> {
  // Notebook 6.4 does not tell which port it took when asked for any.
  const port = await freePort();
  const args = ['notebook', '--no-browser', '--allow-root', '--ip=127.0.0.1', `--port=${port}`, '--port-retries=0', `--NotebookApp.token=${token}`, `--notebook-dir=${path.join(folder, 'notebooks')}`];
  const server = spawn(jupyter, args, { env: environment, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(server, 'close');
  const signal = (name: NodeJS.Signals): void => {
    if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid!, name);
  };
  process.once('exit', () => signal('SIGKILL'));

  const origin = `http://127.0.0.1:${port}`;
  const up = async (): Promise<boolean> => (await fetch(`${origin}/api?token=${token}`).catch(() => undefined))?.ok === true;
  for (const deadline = Date.now() + 30_000; !(await up());) {
    if (server.exitCode !== null || Date.now() > deadline) {
      signal('SIGKILL');
      throw new Error(`jupyter notebook did not come up:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    origin,
    address: (name) => `${origin}/notebooks/${name}?token=${token}`,
    async stop() {
      // It shuts its kernels down, and waits for them.
      signal('SIGTERM');
      const late = setTimeout(() => signal('SIGKILL'), 15_000);
      await ended;
      clearTimeout(late);
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** What is used of the classic Notebook's own JavaScript, in its page. */
interface ClassicPage {
  readonly Jupyter: {
    readonly notebook: {
      readonly trusted: boolean;
      readonly dirty: boolean;
      readonly kernel: { is_connected(): boolean } | null;
      get_cells(): readonly { readonly input_prompt_number?: number | '*' | null }[];
      insert_cell_at_bottom(type: 'code'): { set_text(text: string): void; execute(): void };
    };
  };
}

/** Opens a notebook and waits for its kernel. */
export async function openNotebook(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await waitForKernel(page);
}

export async function waitForKernel(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as unknown as Partial<ClassicPage>).Jupyter?.notebook?.kernel?.is_connected() === true
    && document.querySelector('.kernel_idle_icon') !== null, undefined, { timeout: 30_000 });
}

/** Cell, Run All. */
export async function runAll(page: Page): Promise<void> {
  await page.click('#celllink');
  await page.click('#run_all_cells a');
}

/** Waits until no cell runs or is waiting to run. */
export async function waitForIdle(page: Page, timeout = 60_000): Promise<void> {
  await page.waitForFunction(() => (window as unknown as ClassicPage).Jupyter.notebook.get_cells().every((cell) => cell.input_prompt_number !== '*')
    && document.querySelector('.kernel_idle_icon') !== null, undefined, { timeout });
}

/** Runs `source` in a new cell at the end, and returns the text of its result. */
export async function runInNewCell(page: Page, source: string): Promise<string> {
  await page.evaluate((text) => {
    const cell = (window as unknown as ClassicPage).Jupyter.notebook.insert_cell_at_bottom('code');
    cell.set_text(text);
    cell.execute();
  }, source);
  await waitForIdle(page);
  return page.locator('.cell').last().locator('.output_result').innerText();
}

/** Whether Jupyter trusts the notebook's outputs, so that their scripts run. */
export function isTrusted(page: Page): Promise<boolean> {
  return page.evaluate(() => (window as unknown as ClassicPage).Jupyter.notebook.trusted);
}

/** File, Save; waits until it is saved. */
export async function save(page: Page): Promise<void> {
  await page.click('button[data-jupyter-action="jupyter-notebook:save-notebook"]');
  await page.waitForFunction(() => !(window as unknown as ClassicPage).Jupyter.notebook.dirty);
}

/** The toolbar's interrupt button. */
export async function interrupt(page: Page): Promise<void> {
  await page.click('button[data-jupyter-action="jupyter-notebook:interrupt-kernel"]');
}

/** Makes the window so high that the whole notebook is in it. */
export async function unroll(page: Page): Promise<void> {
  const height = await page.evaluate(() => document.getElementById('notebook-container')!.scrollHeight);
  await page.setViewportSize({ width: page.viewportSize()!.width, height: height + 200 });
}
