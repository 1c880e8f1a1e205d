import type { RedisOptions } from 'ioredis';
import { QueueError } from './queue-error';

/** Where a Redis is. */
export interface Address {
  /** For messages: `redis://host:port/0`, without the user and the password. */
  readonly shown: string;
  readonly options: Pick<RedisOptions, 'host' | 'port' | 'db' | 'username' | 'password' | 'tls'>;
}

/** Where a queue is if nobody says otherwise: the environment variable CLR_LAB_QUEUE, else this machine's Redis. */
export function defaultQueue(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return environment.CLR_LAB_QUEUE || 'redis://127.0.0.1:6379';
}

/**
 * The address in a URL: `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS.
 *
 * @throws QueueError if it is none; the text itself is not repeated, since it may hold a password
 */
export function parseAddress(url: string): Address {
  const right = 'redis://host:6379, or rediss:// for TLS, would be right';
  if (!URL.canParse(url)) throw new QueueError(`the queue's address is no URL; ${right}`);
  const { protocol, hostname, port, pathname, username, password } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw new QueueError(`the queue's address begins with ${protocol}//; ${right}`);
  if (!/^(\/\d*)?$/.test(pathname)) throw new QueueError(`the queue's address ends in ${pathname}; the number of a database, such as /0, would be right`);
  const [host, number, db] = [hostname.replace(/^\[|\]$/g, '') || '127.0.0.1', Number(port || 6379), Number(pathname.slice(1))];
  return {
    shown: `${protocol}//${hostname || host}:${number}${db === 0 ? '' : `/${db}`}`,
    options: {
      host, port: number, db,
      ...(username && { username: decodeURIComponent(username) }), ...(password && { password: decodeURIComponent(password) }), ...(protocol === 'rediss:' && { tls: {} }),
    },
  };
}
