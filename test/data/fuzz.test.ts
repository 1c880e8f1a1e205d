import { existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractBatches } from '../../src/data/archive';
import { decodeBatch, encodeBatch } from '../../src/data/batch-format';
import { openDataset } from '../../src/data/open-dataset';
import { cifar10 } from '../../src/data/publication';
import { handMadeFile, hex, list, type Member, smallArchive, tarOf } from './fixtures';

/** Cases for each of the two readers; 20,000 in all with CLR_LAB_FUZZ=10000. */
const cases = Number(process.env.CLR_LAB_FUZZ ?? (process.env.CLR_LAB_TEST_ALL ? 2000 : 250));
const seed = Number(process.env.CLR_LAB_SEED ?? 1);
/** No case may take longer; the slowest unpacks 16 MB of zeros. */
const longest = 5000;

// In memory where it can be: every unpacked file is flushed to its disk.
const memory = '/dev/shm';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(existsSync(memory) ? memory : tmpdir(), 'clr-lab-fuzz-'));
  await mkdir(join(folder, 'inner'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The outcome, or the error; a hang is a failure of the test. */
async function outcomeOf<T>(work: Promise<T>): Promise<T | Error> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('it hangs')), longest)));
  const settled = work.catch((error: unknown) => (error instanceof Error ? error : expect.unreachable(`${String(error)} was thrown`)));
  try {
    return await Promise.race([settled, hang]);
  } finally {
    clearTimeout(timer);
  }
}

/** Bytes with some of their bits flipped. */
const flipped = (bytes: Uint8Array) => fc.array(fc.integer({ min: 0, max: 8 * bytes.length - 1 }), { minLength: 1, maxLength: 8 }).map((bits) => {
  const changed = Buffer.from(bytes);
  for (const bit of bits) changed[bit >> 3] ^= 1 << (bit & 7);
  return changed;
});
const cut = (bytes: Uint8Array) => fc.integer({ min: 0, max: bytes.length - 1 }).map((length) => bytes.subarray(0, length));
const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: constants.Z_BEST_SPEED });

describe('the archive reader', async () => {
  const archive = await smallArchive();
  const { folder: prefix, files } = archive.publication;
  const plain = gunzipSync(archive.bytes);
  const headers = Array.from({ length: plain.length / 512 }, (_, block) => block * 512).filter((at) => plain.toString('latin1', at + 257, at + 262) === 'ustar');
  const escapes = ['../escaped', '../../escaped', '/tmp/clr-lab-escaped', `${prefix}/../../escaped`, `${prefix}/../../../../tmp/clr-lab-escaped`, '..\\..\\escaped', `${prefix}/data_batch_1.bin/x`];

  /** One field of one header replaced, with the checksum made right again or not. */
  const field = fc
    .record({
      header: fc.constantFrom(...headers),
      change: fc.oneof(
        fc.record({ at: fc.constant(0), bytes: fc.constantFrom(...escapes).map((name) => Buffer.from(`${name}\0`)) }), // the name
        // The size: huge in octal, huge and negative in base 256, no number at all.
        fc.record({ at: fc.constant(124), bytes: fc.constantFrom('77777777777\0', '00000000000\0', '\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', '\x80\0\0\0\0\x7f\xff\xff\xff\xff\xff\xff', 'not a number').map((text) => Buffer.from(text, 'latin1')) }),
        fc.record({ at: fc.constant(156), bytes: fc.constantFrom(...'01234567xgLKVSN\xff').map((type) => Buffer.from(type, 'latin1')) }), // the type
        fc.record({ at: fc.integer({ min: 0, max: 504 }), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }).map(Buffer.from) }),
      ),
      repairChecksum: fc.boolean(),
    })
    .map(({ header, change, repairChecksum }) => {
      const bytes = Buffer.from(plain);
      change.bytes.copy(bytes, header + change.at);
      if (repairChecksum) writeTarChecksum(bytes.subarray(header, header + 512));
      return gzip(bytes);
    });

  const member: fc.Arbitrary<Member> = fc
    .record({
      name: fc.oneof(fc.constantFrom(...escapes, `./${prefix}/test_batch.bin`, 'x'.repeat(200), '.', prefix), fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom(...files.map(({ file }) => `${prefix}/${file}`))),
      type: fc.constantFrom<NonNullable<Member['type']>>('file', 'symlink', 'link', 'directory', 'fifo', 'character-device', 'block-device'),
      content: fc.uint8Array({ maxLength: 2000 }),
      linkname: fc.constantFrom('../../escaped', '/etc/passwd', `${prefix}/data_batch_1.bin`),
      pax: fc.option(fc.oneof(fc.record({ path: fc.constantFrom(...escapes) }), fc.record({ size: fc.constantFrom('999999999999999', '-1', 'x', '0') }), fc.record({ linkpath: fc.constant('/etc/passwd') })), { freq: 3 }),
    })
    .map(({ name, type, content, linkname, pax }) => ({ name, type, ...(type === 'file' ? { content } : { linkname }), ...(pax && { pax: pax as Record<string, string> }) }));
  const strangers = fc.tuple(fc.array(member, { maxLength: 6 }), fc.integer({ min: 0, max: 6 })).map(([strange, place]) => [...strange.slice(0, place), ...archive.members, ...strange.slice(place)]);
  const bomb = gzip(await tarOf([{ name: 'zeros', content: new Uint8Array(20 << 20) }, ...archive.members]));

  const hostile: fc.Arbitrary<Uint8Array | readonly Member[]> = fc.oneof(
    { weight: 10, arbitrary: fc.uint8Array({ maxLength: 600 }) },
    { weight: 10, arbitrary: fc.uint8Array({ maxLength: 2000 }).map(gzip) },
    { weight: 15, arbitrary: cut(archive.bytes) },
    { weight: 15, arbitrary: cut(plain).map(gzip) },
    { weight: 15, arbitrary: flipped(archive.bytes) },
    { weight: 15, arbitrary: flipped(plain).map(gzip) },
    { weight: 30, arbitrary: field },
    { weight: 40, arbitrary: strangers },
    { weight: 1, arbitrary: fc.constant(bomb) }, // one in 150: it takes its time
  );

  test(`unpacks ${cases} hostile archives right or not at all, and writes nothing outside of its folder`, async () => {
    const [path, out] = [join(folder, 'archive.tar.gz'), join(folder, 'inner', 'out')];
    let [accepted, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(hostile, async (made) => {
        await writeFile(path, made instanceof Uint8Array ? made : gzip(await tarOf(made)));
        const outcome = await outcomeOf(extractBatches(path, out, archive.publication));
        if (outcome instanceof Error) {
          refused++;
          expect(outcome.message).toMatch(/^Unpacking .* failed: .+\.$/s);
        } else {
          accepted++;
          for (const { file, sha1 } of files) expect(hex('sha1', await readFile(join(out, file)))).toBe(sha1);
          expect((await list(out)).filter((name) => name !== 'batches.meta.txt')).toEqual(files.map(({ file }) => file).sort());
          await rm(out, { recursive: true });
        }
        expect(await list(folder)).toEqual(['archive.tar.gz', 'inner']);
      }),
      { numRuns: cases, seed },
    );
    expect(Math.min(accepted, refused)).toBeGreaterThan(cases / 20);
    await expect(access('/tmp/clr-lab-escaped')).rejects.toThrow('ENOENT');
    await rm(path);
  }, 60_000 + 40 * cases);
});

describe('the batch reader', () => {
  /** Files of any size with any labels; some are whole records with right ones. */
  const file = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .record({ records: fc.integer({ min: 0, max: 3 }), extra: fc.constantFrom(0, 0, 0, -1, 1, 1536), salt: fc.integer(), labels: fc.constantFrom(10, 10, 11, 256) })
      .map(({ records, extra, salt, labels }) => {
        const bytes = Uint8Array.from({ length: Math.max(0, records * 3073 + extra) }, (_, index) => Math.imul(salt + index, 2654435761) >>> 24);
        for (let start = 0; start < bytes.length; start += 3073) bytes[start] %= labels;
        return bytes;
      }),
    flipped(handMadeFile(3, 2)),
    cut(handMadeFile(3, 2)),
  );

  test(`takes ${cases} files apart as they are, or says what would be right`, async () => {
    const directory = join(folder, 'batches');
    const cache = join(folder, 'cache');
    await mkdir(directory);
    for (const [index, { file: name }] of cifar10.files.entries()) await writeFile(join(directory, name), handMadeFile(index, 2));
    const other = join(directory, cifar10.files[1].file);
    let [right, number] = [0, 0];
    await fc.assert(
      fc.asyncProperty(file, async (bytes) => {
        const whole = bytes.length > 0 && bytes.length % 3073 === 0 && bytes.every((byte, index) => index % 3073 !== 0 || byte <= 9);
        const decoded = await outcomeOf((async () => decodeBatch(bytes, 'x'))());
        if (decoded instanceof Error) expect(decoded.message).toMatch(/^x .* would be right/);
        else expect(Buffer.from(encodeBatch(decoded.labels, decoded.pixels)).equals(bytes)).toBe(true);
        expect(!(decoded instanceof Error)).toBe(whole);
        if (whole) right++;
        if (number++ % 10 > 0) return;
        // Now and then as one of the six files, through the door that everybody uses.
        await writeFile(other, bytes);
        const opened = await outcomeOf(openDataset({ directory, verify: false, environment: { CLR_LAB_CACHE: cache }, onMessage: () => undefined }));
        if (opened instanceof Error) expect(opened.message).toMatch(/would be right/);
        else expect(opened.groups[1]).toMatchObject({ start: 2, size: bytes.length / 3073 });
        expect(!(opened instanceof Error)).toBe(whole);
        await rm(cache, { recursive: true, force: true });
      }),
      { numRuns: cases, seed },
    );
    expect(right).toBeGreaterThan(cases / 20);
    expect((await list(folder)).filter((name) => !name.startsWith('batches'))).toEqual(['inner']);
  }, 60_000 + 10 * cases);
});

/** The sum of a tar header's bytes, with its own eight as spaces, in octal. */
function writeTarChecksum(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
