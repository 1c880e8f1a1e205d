import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, mkdir, open, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { extractBatches } from './archive';
import { removeStale } from './atomic-write';
import type { Reporting } from './dataset';
import { reasonOf } from './file-error';
import { cifar10 } from './publication';
import type { Publication } from './publication';

export interface DownloadOptions extends Reporting {
  /** What to fetch, with the sizes and checksums that would be right. Default: CIFAR-10. */
  readonly publication?: Publication;
  /** Give up when no byte comes for so long. Default 20,000. */
  readonly stallMilliseconds?: number;
}

/**
 * Why a download failed:
 * - 'unreachable': no answer, as without a network;
 * - 'refused': an answer, but not the archive: an HTTP error, a page of HTML;
 * - 'interrupted': cut off or stalled on the way; what came is kept in a .part file, which the next call completes;
 * - 'damaged': all of it came, but it is not the published archive; nothing is kept.
 */
export type DownloadFailure = 'unreachable' | 'refused' | 'interrupted' | 'damaged';

export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  constructor(readonly failure: DownloadFailure, message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}

const redirectLimit = 5;

/** The first byte of everything that gzip made (RFC 1952): a page for logging in, whatever it is declared as, has another. */
const gzipMagic = 0x1f;

/**
 * Downloads the archive, checks its size and MD5, unpacks the batch files, and puts their folder into place.
 *
 * Before all is checked there is only a .part file; a later call goes on from where it ends (HTTP Range).
 *
 * @param directory where the folder (cifar-10-batches-bin) shall lie; made if need be
 * @returns the folder's path; where it is there already, nothing is done
 * @throws DownloadError, or the signal's reason
 */
export async function downloadBatches(
  directory: string,
  { publication = cifar10, stallMilliseconds = 20_000, ...reporting }: DownloadOptions = {},
): Promise<string> {
  const folder = join(directory, publication.folder);
  const part = `${folder}.tar.gz.part`;
  if (await isDirectory(folder)) return folder;
  await mkdir(directory, { recursive: true });
  await removeStale(directory);
  await completePart(part, publication, { stallMilliseconds, ...reporting });
  if (await isDirectory(folder)) return folder; // another process was faster
  await checkMd5(part, publication, reporting.signal);
  await extractBatches(part, folder, publication, reporting);
  await rm(part, { force: true });
  return folder;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then((status) => status.isDirectory(), () => false);
}

/** Fetches what the .part file lacks. Written by position, so that two processes at once only write the same twice. */
async function completePart(
  part: string,
  { url, size }: Publication,
  { onMessage, onProgress, signal, stallMilliseconds }: Reporting & { stallMilliseconds: number },
): Promise<void> {
  let start = await stat(part).then((status) => status.size, () => 0);
  if (start > size) {
    await rm(part, { force: true });
    start = 0;
  }
  if (start === size) return;
  const amount = `${megabytes(size)} from ${url}`;
  onMessage?.(start === 0 ? `Downloading ${amount}.` : `Going on with the download of ${amount}: ${megabytes(start)} are there.`);
  const response = await get(url, start, stallMilliseconds, signal);
  let position = checkAnswer(response, url, start, size);
  const file = await open(part, constants.O_WRONLY | constants.O_CREAT); // not truncated, for the other process's sake
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (position === 0 && chunk[0] !== gzipMagic) {
        await rm(part, { force: true });
        throw new DownloadError('refused', `${url} serves something that begins with ${JSON.stringify(chunk.toString('latin1', 0, 20))}; a gzip archive of ${bytes(size)} would be right.`);
      }
      if (position + chunk.length > size) {
        await rm(part, { force: true });
        throw new DownloadError('damaged', `${url} sends more than the ${bytes(size)} that would be right.`);
      }
      await writeAll(file, chunk, position);
      position += chunk.length;
      onProgress?.({ stage: 'download', done: position, total: size });
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DownloadError) throw error;
    throw interrupted(url, position, size, reasonOf(error), error);
  } finally {
    response.destroy();
    await file.close();
  }
  if (position < size) throw interrupted(url, position, size, 'the server ended it');
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await file.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
  }
}

/**
 * Asks for the archive from byte `start` on, following redirects. node:http gives the bytes as they are sent; fetch
 * would unpack them where a server declares the archive's gzip as a content encoding.
 */
async function get(url: string, start: number, stallMilliseconds: number, signal?: AbortSignal): Promise<http.IncomingMessage> {
  let address = new URL(url);
  for (let redirects = 0; redirects <= redirectLimit; redirects++) {
    const response = await getOnce(address, start, stallMilliseconds, signal);
    const { statusCode = 0, headers } = response;
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return response;
    response.destroy();
    address = new URL(headers.location, address);
  }
  throw new DownloadError('refused', `${url} leads to more than ${redirectLimit} redirects.`);
}

function getOnce(address: URL, start: number, stallMilliseconds: number, signal?: AbortSignal): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    if (!/^https?:$/.test(address.protocol)) {
      throw new DownloadError('refused', `${address} is no http or https address.`);
    }
    const headers = { 'user-agent': 'clr-lab', 'accept-encoding': 'identity', ...(start > 0 ? { range: `bytes=${start}-` } : {}) };
    const { get: getFrom } = address.protocol === 'https:' ? https : http;
    const request = getFrom(address, { headers, signal, agent: false, timeout: stallMilliseconds }, resolve);
    let response: http.IncomingMessage | undefined;
    request.on('response', (message: http.IncomingMessage) => (response = message));
    request.on('timeout', () => {
      const error = new Error(`no byte came for ${stallMilliseconds / 1000} s`);
      (response ?? request).destroy(error);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(signal.reason);
      else reject(new DownloadError('unreachable', `${address.origin} cannot be reached: ${error.message || error.code}.`, { cause: error }));
    });
  });
}

/** Refuses an answer that is not the archive. @returns the position of its first byte in the archive */
function checkAnswer(response: http.IncomingMessage, url: string, start: number, size: number): number {
  const { statusCode = 0, statusMessage, headers } = response;
  const refuse = (found: string): never => {
    response.destroy();
    throw new DownloadError('refused', `${url} ${found}; the archive of ${bytes(size)} would be right.`);
  };
  if (statusCode !== 200 && statusCode !== 206) return refuse(`answers ${statusCode} ${statusMessage}`);
  const type = headers['content-type'] ?? '';
  if (type.startsWith('text/')) return refuse(`serves ${type}`);
  if (statusCode === 206) {
    const range = headers['content-range'] ?? 'no content-range';
    return range === `bytes ${start}-${size - 1}/${size}` ? start : refuse(`serves another range than asked for (${range})`);
  }
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== size) return refuse(`serves ${bytes(Number(length))}`);
  return 0; // all of it, although only the rest may have been asked for
}

async function checkMd5(part: string, { url, md5 }: Publication, signal?: AbortSignal): Promise<void> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(part, { signal, highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  if (found === md5) return;
  await rm(part, { force: true });
  throw new DownloadError('damaged', `The archive from ${url} has the MD5 ${found}; ${md5} would be right. It was thrown away; try again.`);
}

function interrupted(url: string, position: number, size: number, reason: string, cause?: unknown): DownloadError {
  return new DownloadError(
    'interrupted',
    `The download from ${url} broke off at ${position.toLocaleString('en')} of ${bytes(size)}: ${reason}. What came is kept; try again to go on from there.`,
    { cause },
  );
}

function bytes(count: number): string {
  return `${count.toLocaleString('en')} bytes`;
}

function megabytes(count: number): string {
  return `${(count / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}
