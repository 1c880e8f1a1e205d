import type { Redis, RedisOptions } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { type Address, parseAddress } from './address';
import { QueueError } from './queue-error';

/** A connection to Redis that outlives Redis's absence: commands wait, and are sent when it is back. */
export interface Connection {
  /** Its duplicates, which are for commands that block, end with the connection. */
  readonly client: Redis;
  /** For messages; without a password. */
  readonly address: string;
  readonly away: boolean;
  /** Called whenever Redis is there again. */
  onBack(listener: () => void): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly onMessage: (text: string) => void;
  /** Of the first attempt. Default 5,000. */
  readonly timeoutMilliseconds?: number;
}

/** A connection that is closed does not hold its process up for longer, in milliseconds. */
const disconnectTimeout = 100;

/** Milliseconds to wait before the n-th attempt to connect again, 1, 2, …: doubled each time, 5 s at most. */
export const backOff = (attempt: number) => Math.min(5000, 50 * 2 ** Math.min(attempt, 10));

/**
 * Connects to the Redis at a URL.
 *
 * @throws QueueError, within 10 s, if it cannot be reached, is no Redis, or refuses the password
 */
export async function connect(url: string, { onMessage, timeoutMilliseconds = 5000 }: ConnectionOptions): Promise<Connection> {
  const address = parseAddress(url);
  const { Redis: Client } = require('ioredis') as typeof import('ioredis');
  await requireReachable(new Client({ ...address.options, lazyConnect: true, retryStrategy: () => null, connectTimeout: timeoutMilliseconds, disconnectTimeout }), address, timeoutMilliseconds);

  const options: RedisOptions = { ...address.options, maxRetriesPerRequest: null, retryStrategy: backOff, connectTimeout: timeoutMilliseconds, disconnectTimeout };
  const opened: Redis[] = [];
  const open = (changed?: Partial<RedisOptions>): Redis => {
    const one = new Client({ ...options, ...changed }).on('error', () => {}); // 'close' tells the same
    one.duplicate = open;
    opened.push(one);
    return one;
  };
  const client = open();
  const listeners: (() => void)[] = [];
  let [away, closed] = [false, false];
  client.on('close', () => {
    if (away || closed) return;
    away = true;
    onMessage(`Redis at ${address.shown} is away; waiting for it, with longer and longer pauses up to 5 s`);
  });
  client.on('ready', () => {
    if (!away) return;
    away = false;
    onMessage(`Redis at ${address.shown} is back`);
    for (const listener of listeners) listener();
  });
  return {
    client,
    address: address.shown,
    get away() {
      return away;
    },
    onBack: (listener) => void listeners.push(listener),
    close() {
      closed = true;
      for (const each of opened) each.disconnect();
    },
  };
}

/** One attempt, with an end. What goes wrong is told anew: the client's own errors hold the command AUTH with its password. */
async function requireReachable(client: Redis, { shown }: Address, timeoutMilliseconds: number): Promise<void> {
  let told: Error | undefined;
  client.on('error', (error) => (told ??= error));
  const late = new AbortController();
  try {
    const answer = client.connect().then(() => client.ping());
    answer.catch(() => {});
    const timeout = delay(timeoutMilliseconds, undefined, { signal: late.signal }).then(() => {
      throw new Error('no answer');
    });
    timeout.catch(() => {});
    await Promise.race([answer, timeout]);
  } catch (error) {
    throw new QueueError(refusal(shown, told ?? (error as Error)));
  } finally {
    late.abort();
    client.disconnect();
  }
}

function refusal(address: string, { message }: Error & { code?: string }): string {
  if (/^(WRONGPASS|NOAUTH|ERR invalid password)/.test(message)) return `Redis at ${address} refuses the user or the password; redis://:PASSWORD@HOST or redis://USER:PASSWORD@HOST would be right`;
  if (/^Protocol error/.test(message)) return `what answers at ${address} is no Redis`;
  if (/^[A-Z]+ /.test(message)) return `Redis at ${address} answers: ${message}`;
  const reason = /(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ECONNRESET|ETIMEDOUT)/.exec(message)?.[1] ?? message;
  return `no Redis can be reached at ${address} (${reason}); start one with redis-server, or name another with redis://HOST:PORT`;
}
