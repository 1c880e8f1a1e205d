import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/*
 * Messages of the Jupyter protocol as frames of ZeroMQ, for both ends:
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */

export const protocolVersion = '5.3';

/** Where the sockets of a kernel are, and the key of its signatures: what Jupyter writes into a connection file. */
export interface ConnectionInfo {
  readonly transport: string;
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
  /** Empty for no signatures. */
  readonly key: string;
  readonly signature_scheme: string;
}

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

export interface Message {
  /** The frames that route it to its receiver. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  /** The header of the request that this belongs to; empty for a request. */
  readonly parent: Header | Record<string, never>;
  readonly metadata: Record<string, unknown>;
  readonly content: Record<string, unknown>;
}

const delimiter = Buffer.from('<IDS|MSG>');

/** The header of a new message. */
export function newHeader(type: string, session: string, username = 'kernel'): Header {
  const date = new Date().toISOString();
  return { msg_id: randomUUID(), msg_type: type, session, username, date, version: protocolVersion };
}

function sign(key: string, parts: readonly Buffer[]): string {
  if (key === '') return '';
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** The frames of a message, signed. */
export function encode(message: Message, key: string): Buffer[] {
  const { header, parent, metadata, content } = message;
  const parts = [header, parent, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
  return [...message.identities, delimiter, Buffer.from(sign(key, parts)), ...parts];
}

/** Reads a message. Throws an Error for one that is not signed with `key`, before anything in it is parsed. */
export function decode(frames: readonly Buffer[], key: string): Message {
  const start = frames.findIndex((frame) => frame.equals(delimiter));
  if (start < 0 || frames.length < start + 6) {
    throw new Error(`a message of ${frames.length} frames that is none of the Jupyter protocol`);
  }
  const expected = Buffer.from(sign(key, frames.slice(start + 2)));
  const given = frames[start + 1]!;
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Error('a message whose signature is not right for the key of the connection file');
  }
  const [header, parent, metadata, content] = frames.slice(start + 2, start + 6).map((part) => JSON.parse(part.toString('utf8')));
  return { identities: frames.slice(0, start), header, parent, metadata, content };
}
