import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Progress } from '../../src/data/dataset';
import { downloadBatches } from '../../src/data/download';
import { openDataset } from '../../src/data/open-dataset';
import { list, smallArchive, temporaryFolder } from './fixtures';

const archive = await smallArchive();
const half = Math.floor(archive.bytes.length / 2);
const unpacked = archive.publication.files.map(({ file }) => file).concat('batches.meta.txt').sort();
const folder = 'cifar-10-batches-bin';
const part = `${folder}.tar.gz.part`;

/** A server on this machine; it goes with the test. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/archive.tar.gz`;
}

/** Answers as web servers do: the whole, or the range that was asked for. */
function answer(request: IncomingMessage, response: ServerResponse, bytes = archive.bytes): void {
  const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const total = archive.bytes.length;
  if (start === undefined) {
    response.writeHead(200, { 'content-length': total, 'content-type': 'application/x-gzip', 'content-encoding': 'x-gzip' });
    response.end(bytes);
  } else {
    response.writeHead(206, { 'content-range': `bytes ${start}-${total - 1}/${total}`, 'content-length': total - Number(start) });
    response.end(bytes.subarray(Number(start)));
  }
}

/** Sends the first half, then cuts the connection. */
function cutHalfway(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': archive.bytes.length });
  response.write(archive.bytes.subarray(0, half), () => setTimeout(() => response.destroy(), 20));
}

async function download(url: string, directory: string, options: Parameters<typeof downloadBatches>[1] = {}): Promise<string> {
  return downloadBatches(directory, { publication: { ...archive.publication, url }, stallMilliseconds: 2000, ...options });
}

describe('downloadBatches', () => {
  test('leaves the folder and nothing else, and tells how far it is', async () => {
    const directory = join(await temporaryFolder(), 'made', 'anew');
    const progress: Progress[] = [];
    const messages: string[] = [];
    const url = await serve(answer);
    const path = await download(url, directory, { onProgress: (step) => progress.push(step), onMessage: (text) => messages.push(text) });
    expect(path).toBe(join(directory, folder));
    expect(await list(directory)).toEqual([folder, ...unpacked.map((name) => join(folder, name))]);
    const [, ...members] = archive.members;
    for (const { name, content } of members.slice(0, 7)) expect(new Uint8Array(await readFile(join(directory, name)))).toEqual(new Uint8Array(content!));
    const size = archive.bytes.length;
    expect(progress.filter(({ stage }) => stage === 'download').at(-1)).toEqual({ stage: 'download', done: size, total: size });
    expect(progress.at(-1)).toMatchObject({ stage: 'unpack', total: 6 * 2 * 3073 });
    expect(messages).toEqual([expect.stringContaining(`from ${url}`)]);
  });

  test('a second call goes on where the first was cut off', async () => {
    const directory = await temporaryFolder();
    const ranges: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      ranges.push(request.headers.range);
      if (ranges.length === 1) cutHalfway(response);
      else answer(request, response);
    });
    const message = new RegExp(`broke off at ${half.toLocaleString('en')} of ${archive.bytes.length.toLocaleString('en')} bytes`);
    await expect(download(url, directory)).rejects.toThrow(message);
    expect(await list(directory)).toEqual([part]);
    expect(await readFile(join(directory, part))).toEqual(archive.bytes.subarray(0, half));
    await download(url, directory);
    expect(ranges).toEqual([undefined, `bytes=${half}-`]);
    expect(await list(directory)).toHaveLength(8);
  });

  test('starts over where the server ignores the range', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, part), Buffer.alloc(half, 'junk'));
    const url = await serve((_, response) => response.writeHead(200).end(archive.bytes));
    await download(url, directory);
    expect(await list(directory)).toHaveLength(8);
  });

  test.each([
    ['an entire part asks for nothing more', archive.bytes, 0],
    ['a part that is too long is fetched anew', Buffer.concat([archive.bytes, archive.bytes]), 1],
  ])('%s', async (_, bytes, requests) => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, part), bytes);
    let count = 0;
    const url = await serve((request, response) => (count++, answer(request, response)));
    await download(url, directory);
    expect(count).toBe(requests);
    expect(await list(directory)).toHaveLength(8);
  });

  test('follows redirects, up to five', async () => {
    const directory = await temporaryFolder();
    const url = await serve((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, 'http://x');
      const left = Number(searchParams.get('left'));
      if (left === 0) answer(request, response);
      else response.writeHead([301, 302, 303, 307, 308][left % 5], { location: `${pathname}?left=${left - 1}` }).end('moved');
    });
    await expect(download(`${url}?left=6`, directory)).rejects.toMatchObject({ failure: 'refused', message: expect.stringContaining('more than 5 redirects') });
    await download(`${url}?left=5`, directory);
    expect(await list(directory)).toHaveLength(8);
  });

  test('a wrong checksum is damage, and nothing is kept', async () => {
    const directory = await temporaryFolder();
    const wrong = Buffer.from(archive.bytes).fill(0, half, half + 1);
    const url = await serve((request, response) => answer(request, response, wrong));
    await expect(download(url, directory)).rejects.toMatchObject({
      failure: 'damaged',
      message: expect.stringMatching(new RegExp(`has the MD5 [0-9a-f]{32}; ${archive.publication.md5} would be right`)),
    });
    expect(await list(directory)).toEqual([]);
  });

  test('a server that repeats itself is found out by the checksum, and nothing is kept', async () => {
    const directory = await temporaryFolder();
    const quarter = Math.floor(half / 2);
    const repeated = Buffer.concat([archive.bytes.subarray(0, quarter), archive.bytes.subarray(0, quarter), archive.bytes.subarray(2 * quarter)]);
    const url = await serve((request, response) => answer(request, response, repeated));
    await expect(download(url, directory)).rejects.toMatchObject({ failure: 'damaged', message: expect.stringContaining('MD5') });
    expect(await list(directory)).toEqual([]);
  });

  test('more than the archive is damage, and nothing is kept', async () => {
    const directory = await temporaryFolder();
    const url = await serve((_, response) => response.writeHead(200).end(Buffer.concat([archive.bytes, archive.bytes])));
    await expect(download(url, directory)).rejects.toMatchObject({ failure: 'damaged', message: expect.stringContaining('sends more than') });
    expect(await list(directory)).toEqual([]);
  });

  test.each<[string, RequestListener, RegExp]>([
    ['404', (_, response) => response.writeHead(404).end('gone'), /answers 404 Not Found; the archive of [\d,]+ bytes would be right/],
    ['403', (_, response) => response.writeHead(403).end(), /answers 403 Forbidden/],
    ['500', (_, response) => response.writeHead(500).end(), /answers 500/],
    ['a page of HTML', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Log in'), /serves text\/html; the archive/],
    ['a page of HTML that is declared as something else', (_, response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('<!doctype html><p>Log in'), /serves something that begins with "<!doctype html><p>Lo"; a gzip archive of [\d,]+ bytes would be right/],
    ['another length', (_, response) => response.writeHead(200, { 'content-length': 9 }).end('123456789'), /serves 9 bytes; the archive/],
    ['another protocol', (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(), /is no http or https address/],
  ])('%s is refused and leaves nothing', async (_, listener, message) => {
    const directory = await temporaryFolder();
    const downloading = download(await serve(listener), directory);
    await expect(downloading).rejects.toMatchObject({ failure: 'refused', message: expect.stringMatching(message) });
    expect(await list(directory)).toEqual([]);
  });

  test('another range than asked for is refused and leaves the part as it was', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, part), archive.bytes.subarray(0, half));
    const url = await serve((_, response) => response.writeHead(206, { 'content-range': `bytes 0-9/${archive.bytes.length}` }).end('0123456789'));
    await expect(download(url, directory)).rejects.toMatchObject({ failure: 'refused', message: expect.stringContaining('another range') });
    expect(await readFile(join(directory, part))).toEqual(archive.bytes.subarray(0, half));
  });

  test('a stall halfway keeps what came; a stall before the answer is no network', async () => {
    const directory = await temporaryFolder();
    const silent = await serve(() => undefined);
    await expect(download(silent, directory, { stallMilliseconds: 100 })).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining('no byte came for 0.1 s'),
    });
    const stalling = await serve((_, response) => {
      response.writeHead(200, { 'content-length': archive.bytes.length });
      response.write(archive.bytes.subarray(0, half));
    });
    await expect(download(stalling, directory, { stallMilliseconds: 200 })).rejects.toMatchObject({
      failure: 'interrupted',
      message: expect.stringContaining('no byte came for 0.2 s'),
    });
    expect(await list(directory)).toEqual([part]);
  });

  test('a signal stops it with its reason and keeps what came', async () => {
    const directory = await temporaryFolder();
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': archive.bytes.length });
      response.write(archive.bytes.subarray(0, half));
    });
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('enough'));
    await expect(download(url, directory, { signal: controller.signal, onProgress })).rejects.toThrow(/^enough$/);
    expect(await list(directory)).toEqual([part]);
  });

  test('two at once are fine', async () => {
    const directory = await temporaryFolder();
    const url = await serve(answer);
    const paths = await Promise.all([download(url, directory), download(url, directory)]);
    expect(paths).toEqual([join(directory, folder), join(directory, folder)]);
    expect(await list(directory)).toHaveLength(8);
  });
});

describe('openDataset', () => {
  test('downloads what is not there, once', async () => {
    const dataDirectory = await temporaryFolder();
    let requests = 0;
    const url = await serve((request, response) => (requests++, answer(request, response)));
    const options = { url, publication: archive.publication, dataDirectory, environment: { CLR_LAB_CACHE: join(dataDirectory, 'cache') }, onMessage: () => undefined };
    const dataset = await openDataset(options);
    expect(dataset).toMatchObject({ directory: join(dataDirectory, folder), pixels: { rows: 12 } });
    expect(dataset.classNames.join('')).toBe('abcdefghij');
    expect(await openDataset(options)).toEqual(dataset);
    expect(requests).toBe(1);
  });

  test.each<[string, () => Promise<string>]>([
    ['without a network', async () => 'http://127.0.0.1:9/closed'],
    ['behind a page that wants a log-in', () => serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Log in'))],
  ])('takes the synthetic set %s, and says so, unless that is forbidden', async (_, start) => {
    const dataDirectory = await temporaryFolder();
    const messages: string[] = [];
    const options = {
      url: await start(), dataDirectory, recordsPerBatch: 3,
      environment: { CLR_LAB_CACHE: join(dataDirectory, 'cache') }, onMessage: (text: string) => messages.push(text),
    };
    expect(await openDataset(options)).toMatchObject({ name: 'synthetic', directory: undefined, pixels: { rows: 18 } });
    expect(messages.at(-1)).toMatch(/(cannot be reached|serves text\/html).*SYNTHETIC images stand in for it\.$/);
    await expect(openDataset({ ...options, synthetic: false })).rejects.toThrow(/cannot be reached|serves text\/html/);
  });

  test('takes no other set for one that was cut off', async () => {
    const dataDirectory = await temporaryFolder();
    const url = await serve((_, response) => cutHalfway(response));
    const options = { url, publication: archive.publication, dataDirectory, environment: { CLR_LAB_CACHE: join(dataDirectory, 'cache') }, onMessage: () => undefined };
    await expect(openDataset(options)).rejects.toMatchObject({ failure: 'interrupted' });
    expect(await list(dataDirectory)).toEqual([part]);
  });
});
