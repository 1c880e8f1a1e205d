import type { Dataset } from '../data/dataset';
import { openDataset } from '../data/open-dataset';
import { slot } from '../notebook/display/displays';
import { openStore, type RunStore } from '../runs/store';
import { type CellExplorer, showExplorer } from './cell-script';
import { defaultForm, type Form, formToQuery } from './form';
import type { ExplorerServer } from './server';
import { trainingThreads } from './threads';

/** What the controls of the explorer show at first. */
export interface ExplorerSettings extends Partial<Omit<Form, 'hidden'>> {
  /** Units of the hidden layer, or of several as '100, 50'. */
  readonly hidden?: number | string;
}

export interface ExploreOptions {
  /** Default: `openDataset()`. */
  readonly dataset?: Dataset;
  /** Where finished runs are and go. Default: `openStore()`. */
  readonly store?: RunStore;
  /** What the controls show at first. Default: the settings of the report's figure 3. */
  readonly settings?: ExplorerSettings;
  /** Of the frame in the cell, in pixels. Default 900. */
  readonly height?: number;
  /** Port on 127.0.0.1. Default: any free one. */
  readonly port?: number;
  /** Further names of hosts under which a proxy shows it, such as jupyter-server-proxy's. Default none. */
  readonly hosts?: readonly string[];
  /** Threads that train. Default: one less than there are cores. */
  readonly threads?: number;
  /** URL of a Redis: searches are trained by those who serve it (`clr-lab worker`). Default: by this process. */
  readonly queue?: string;
}

/** An explorer in a notebook. */
export interface Explorer {
  /** The link that opens it in a browser on the kernel's machine. Who has it can train here. */
  readonly url: string;
  /** Ends it; the end of the kernel does too. */
  close(): Promise<void>;
}

let open: ExplorerServer | undefined;

/**
 * Shows the live explorer in the running cell: the page of `npm run explore`, from a server in the kernel. It lives until the kernel ends; an explorer
 * that was open before in the same kernel ends. In a plain Node process its link is printed.
 */
export async function explore({ dataset, store = openStore(), settings = {}, height = 900, port, hosts, threads = trainingThreads(), queue }: ExploreOptions = {}): Promise<Explorer> {
  const { startServer } = await import('./server.js');
  const data = dataset ?? (await openDataset());
  await open?.close();
  const server = await startServer({ dataset: data, store, framed: true, threads, queue, ...(port !== undefined && { port }), ...(hosts && { hosts }) });
  open = server;
  const form: Form = { ...defaultForm, ...settings, hidden: String(settings.hidden ?? defaultForm.hidden) };
  const query = new URLSearchParams(formToQuery(form)).toString();
  const hash = query === '' ? '' : `#${query}`;
  const place = slot();
  const shown = place.set({
    'text/html': cellHtml({ id: `${place.id}-explorer`, port: server.port, path: `/${server.token}/`, hash, height }),
    'text/plain': `The explorer is at ${server.url}${hash}`,
  });
  // In a notebook the server alone is no reason for the process to go on.
  if (shown) server.unref();
  else process.stdout.write(`The explorer is at ${server.url}${hash}\n`);
  return { url: server.url + hash, close: () => server.close() };
}

/** The cell's output: what to do where no scripts run, and the script that shows the page. */
export function cellHtml(explorer: CellExplorer): string {
  const { id, port, path, hash } = explorer;
  const link = `http://127.0.0.1:${port}${path}${hash}`.replaceAll('&', '&amp;');
  const argument = JSON.stringify(explorer).replaceAll('<', '\\u003c');
  return (
    `<div id="${id}"><p>The explorer runs in the kernel: <a href="${link}" target="_blank" rel="noopener noreferrer">open it</a>. If the kernel is on another machine, bring its port here first: ` +
    `<code>ssh -L ${port}:127.0.0.1:${port} HOST</code></p></div><script>(${showExplorer.toString()})(${argument})</script>`
  );
}
