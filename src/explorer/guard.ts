import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The first part of every address of an explorer: who does not know it gets nothing. 192 bits. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** What the guard looks at in a request. */
export interface GuardedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface GuardOptions {
  readonly token: string;
  /** Names of hosts under which the server is reached beside loopback's own, for example behind a proxy. */
  readonly hosts: readonly string[];
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Why a request is refused; undefined if it is not. Each of these alone keeps other sites out:
 * the Host must be loopback's (a name of another site that resolves to 127.0.0.1 is not), the address must begin with the token, and where the
 * browser says which site a request comes from, it must be the explorer's own page.
 */
export function refusal({ method, url, headers }: GuardedRequest, { token, hosts }: GuardOptions): string | undefined {
  const { host, origin } = headers;
  const name = typeof host === 'string' ? hostName(host) : undefined;
  if (name === undefined || ![...loopbackNames, ...hosts].includes(name)) return `this host is not the explorer's; to reach it under another name, start it with that name`;
  const [, given = ''] = url.split(/[/?#]/, 2);
  if (!sameText(given, token)) return 'the link is not complete, or of an explorer that has ended';
  if (origin !== undefined && !isOwnOrigin(origin, host)) return 'requests of other sites are refused';
  const site = headers['sec-fetch-site'];
  const isPage = method === 'GET' && /^\/[^/]+\/(alive\.gif)?(\?.*)?$/.test(url);
  if (!isPage && site !== undefined && site !== 'same-origin') return 'requests of other sites are refused';
  return undefined;
}

/** The name of a Host header, without its port; undefined if it is none. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.exec(host)?.[1].toLowerCase();
}

function isOwnOrigin(origin: string | string[], host: string | string[] | undefined): boolean {
  return origin === `http://${String(host)}` || origin === `https://${String(host)}`;
}

/** Takes as long for every text. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
