import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import type { Dataset } from '../data/dataset';
import type { RunStore } from '../runs/store';
import { StoreError } from '../runs/store-error';
import { newToken, refusal } from './guard';
import { type Lab, openLab } from './lab';
import type { ServerEvent } from './messages';
import { pageFiles } from './page-files';
import { parseCommand, parseJobRequest, parseName } from './requests';

export interface ServerOptions {
  readonly dataset: Dataset;
  readonly store: RunStore;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Names under which the server is reached beside loopback's own, for example behind a proxy. Default none. */
  readonly hosts?: readonly string[];
  /** Whether other pages, such as a notebook, may show the page in a frame. Default false. */
  readonly framed?: boolean;
  readonly threads: number;
  /** URL of a queue: its workers train the trials of searches. Default: this process does. */
  readonly queue?: string;
}

/** An explorer that is running. */
export interface ExplorerServer {
  /** The link that opens it, with its token: 'http://127.0.0.1:PORT/TOKEN/'. Who knows it can train here. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Whether the process ends although this server runs. */
  unref(): void;
  /** Stops what is being trained, which leaves a checkpoint, and frees the port. */
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
/** So many pages may be open at once; a page that has not taken so many bytes is cut off and connects anew. */
const [mostPages, mostUnsent] = [24, 16e6];
/** Bytes of the largest request. */
const bodyLimit = 32 * 1024;
/** Tells proxies and browsers, now and then, that the stream of events is alive. */
const heartbeatMilliseconds = 15_000;

/** Starts the explorer's server, on loopback alone. */
export async function startServer({ dataset, store, port = 0, hosts = [], framed = false, threads, queue }: ServerOptions): Promise<ExplorerServer> {
  const token = newToken();
  const lab = openLab({ dataset, store, threads, queue });
  const server = fastify({ logger: false, bodyLimit, forceCloseConnections: true, requestTimeout: 30_000, routerOptions: { maxParamLength: 200 } });
  const policy = contentPolicy(framed);

  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store',
      'cross-origin-resource-policy': request.url.endsWith('/alive.gif') ? 'cross-origin' : 'same-origin', 'x-robots-tag': 'noindex',
      ...(!framed && { 'x-frame-options': 'DENY' }),
    });
    const reason = refusal({ method: request.method, url: request.url, headers: request.headers }, { token, hosts });
    if (reason !== undefined) return reply.code(403).send({ error: reason });
    return undefined;
  });
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    // Fastify's own errors bear a status; a RangeError is what a page asked for and cannot be.
    const status = error.statusCode ?? (error instanceof RangeError ? 400 : 500);
    return reply.code(status).send({ error: status < 500 || error instanceof StoreError ? error.message : 'something went wrong in the explorer' });
  });
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'there is nothing at this address' }));
  await server.register(async (inside) => addRoutes(inside, lab, dataset), { prefix: `/${token}` });
  try {
    await server.listen({ port, host: loopback });
  } catch (error) {
    await lab.close();
    throw error;
  }
  const { port: taken } = server.server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${loopback}:${taken}/${token}/`,
    port: taken,
    token,
    unref: () => void server.server.unref(),
    close: () => (closing ??= server.close().then(() => lab.close())),
  };
}

function addRoutes(server: FastifyInstance, lab: Lab, dataset: Dataset): void {
  for (const [name, { type, content }] of Object.entries(pageFiles())) {
    server.get(`/${name}`, (_request, reply) => reply.type(type).send(content));
  }
  const pages = new Set<ServerResponse>();
  server.get('/api/events', async (_request, reply) => {
    if (pages.size >= mostPages) return reply.code(503).send({ error: `${mostPages} pages are open already; close some` });
    await stream(reply, lab, pages);
    return reply;
  });
  server.post('/api/jobs', async (request, reply) => reply.code(201).send(lab.submit(parseJobRequest(request.body, dataset))));
  server.post<{ Params: { id: string } }>('/api/jobs/:id/command', async ({ params, body }) => {
    lab.command(params.id, parseCommand(body));
    return {};
  });
  server.delete<{ Params: { id: string } }>('/api/jobs/:id', async ({ params }) => {
    lab.forget(params.id);
    return {};
  });
  server.get<{ Params: { id: string } }>('/api/views/:id', async ({ params }, reply) => found(reply, await lab.view(params.id)));
  server.get<{ Params: { key: string } }>('/api/runs/:key/curve', async ({ params }, reply) => found(reply, await lab.curve(params.key)));
  server.patch<{ Params: { key: string } }>('/api/runs/:key', async ({ params, body }) => {
    await lab.rename(params.key, parseName(body));
    return {};
  });
  server.delete<{ Params: { key: string } }>('/api/runs/:key', async ({ params }, reply) => found(reply, (await lab.remove(params.key)) ? {} : undefined));
}

/** Server-sent events: the state, and then what happens, until the page goes. */
async function stream(reply: FastifyReply, lab: Lab, pages: Set<ServerResponse>): Promise<void> {
  reply.hijack();
  const page = reply.raw;
  pages.add(page);
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) page.setHeader(name, value);
  page.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  const write = (text: string) => {
    if (page.writableLength > mostUnsent) page.destroy();
    else page.write(text);
  };
  const heartbeat = setInterval(() => write(': alive\n\n'), heartbeatMilliseconds).unref();
  let gone = false;
  let disconnect = () => {};
  page.on('error', () => {});
  page.once('close', () => {
    gone = true;
    clearInterval(heartbeat);
    pages.delete(page);
    disconnect();
  });
  try {
    disconnect = await lab.connect((event: ServerEvent) => write(`data: ${JSON.stringify(event)}\n\n`));
    if (gone) disconnect();
  } catch {
    page.destroy(); // the page connects anew
  }
}

function found<T>(reply: FastifyReply, value: T | undefined): T | FastifyReply {
  return value ?? reply.code(404).send({ error: 'there is no such run' });
}

/** Scripts, styles, pictures and data from this server alone. Plotly sets styles of its own, so these may be inline. */
function contentPolicy(framed: boolean): string {
  return [
    "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", ...(framed ? [] : ["frame-ancestors 'none'"]),
  ].join('; ');
}
