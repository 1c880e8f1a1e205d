import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extractBatches } from '../../src/data/archive';
import { hex, list, smallArchive, tarOf, temporaryFolder } from './fixtures';
import type { Member } from './fixtures';

const archive = await smallArchive();
const prefix = archive.publication.folder;
const { files } = archive.publication;

/** Unpacks into `folder/inner/out`; the archive lies in `folder`. */
async function unpack(bytes: Uint8Array, folder: string): Promise<void> {
  await mkdir(join(folder, 'inner'), { recursive: true });
  await writeFile(join(folder, 'archive.tar.gz'), bytes);
  await extractBatches(join(folder, 'archive.tar.gz'), join(folder, 'inner', 'out'), archive.publication);
}

const untouched = ['archive.tar.gz', 'inner'];

describe('extractBatches', () => {
  test.each<[string, (members: Member[]) => Member[], RegExp]>([
    ['a missing member', (all) => all.filter(({ name }) => !name.endsWith('_3.bin')), /it lacks cifar-10-batches-bin\/data_batch_3\.bin/],
    ['a doubled member', (all) => [...all, all[1]], /data_batch_1\.bin is in it twice/],
    ['a member of another size', (all) => replace(all, 2, { content: new Uint8Array(3073) }), /data_batch_2\.bin holds 3073 bytes; 6146 would be right/],
    ['a member of other bytes', (all) => replace(all, 2, { content: new Uint8Array(6146) }), /SHA-1 of .*data_batch_2\.bin is [0-9a-f]{40}; [0-9a-f]{40} would be right/],
    ['a link', (all) => replace(all, 2, { content: undefined, type: 'symlink', linkname: '/etc/passwd' }), /data_batch_2\.bin is a symlink; a file would be right/],
    ['a hard link', (all) => replace(all, 2, { content: undefined, type: 'link', linkname: 'x' }), /data_batch_2\.bin is a link/],
    ['long class names', (all) => replace(all, 7, { content: new Uint8Array(70_000) }), /batches\.meta\.txt holds 70000 bytes; at most 65536/],
    ['members elsewhere', (all) => all.map((member) => ({ ...member, name: `../${member.name}` })), /it lacks cifar-10-batches-bin\/data_batch_1\.bin/],
  ])('refuses %s and leaves nothing', async (_, alter, message) => {
    const folder = await temporaryFolder();
    await expect(unpack(gzipSync(await tarOf(alter(archive.members))), folder)).rejects.toThrow(message);
    expect(await list(folder)).toEqual(untouched);
  });

  test('refuses a small archive that unpacks to a huge one', async () => {
    const folder = await temporaryFolder();
    const bomb = gzipSync(await tarOf([{ name: 'zeros', content: new Uint8Array(20 << 20) }, ...archive.members]));
    expect(bomb.length).toBeLessThan(200_000);
    await expect(unpack(bomb, folder)).rejects.toThrow(/unpacks to more than/);
    expect(await list(folder)).toEqual(untouched);
  });

  test('stops on a signal with its reason and leaves nothing', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'archive.tar.gz'), archive.bytes);
    const controller = new AbortController();
    const unpacking = extractBatches(join(folder, 'archive.tar.gz'), join(folder, 'out'), archive.publication, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(unpacking).rejects.toThrow(/^enough$/);
    expect(await list(folder)).toEqual(['archive.tar.gz']);
  });

  test('of whatever members, only the named ones are written, and only into the folder', { timeout: 30_000 }, async () => {
    const folder = await temporaryFolder();
    const name = fc.oneof(
      fc.constantFrom('../escaped', '../../escaped', '/tmp/clr-lab-escaped', `${prefix}/../../escaped`, `${prefix}/data_batch_1.bin/x`, `./${prefix}/test_batch.bin`, 'x'.repeat(200), '.', `${prefix}`),
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.constantFrom(...files.map(({ file }) => `${prefix}/${file}`)),
    );
    const type = fc.constantFrom<NonNullable<Member['type']>>('file', 'symlink', 'link', 'directory', 'fifo', 'character-device', 'block-device');
    const member: fc.Arbitrary<Member> = fc.record({ name, type, content: fc.uint8Array({ maxLength: 2000 }) }).map(({ name, type, content }) =>
      type === 'file' ? { name, type, content } : { name, type, linkname: '../../escaped' },
    );
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 6 }), fc.integer({ min: 0, max: 6 }), async (strange, place) => {
        const members = [...strange.slice(0, place), ...archive.members, ...strange.slice(place)];
        const outcome = await unpack(gzipSync(await tarOf(members), { level: 1 }), folder).catch((error: Error) => error);
        const bad = strange.some(({ name }) => files.some(({ file }) => name === `${prefix}/${file}`));
        if (bad) expect(outcome).toMatchObject({ message: expect.stringMatching(/^Unpacking .* failed: .+\.$/) });
        else accepted++;
        await checkLeftovers(folder, outcome);
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(accepted).toBeGreaterThan(20);
    await expect(access('/tmp/clr-lab-escaped')).rejects.toThrow('ENOENT');
  });

  test('of a damaged archive, all is unpacked right or nothing', { timeout: 30_000 }, async () => {
    const folder = await temporaryFolder();
    const plain = gunzipSync(archive.bytes);
    const headers = Array.from({ length: plain.length / 512 }, (_, block) => block * 512).filter((at) => plain.toString('latin1', at + 257, at + 262) === 'ustar');
    const damage = fc.record({
      header: fc.constantFrom(...headers),
      offset: fc.oneof(fc.integer({ min: 0, max: 511 }), fc.integer({ min: 124, max: 136 }), fc.constant(156)),
      byte: fc.oneof(fc.constantFrom(...Buffer.from('01234567\0xgLKV\x80\xff')), fc.integer({ min: 0, max: 255 })),
      repairChecksum: fc.boolean(),
      cut: fc.option(fc.integer({ min: 0, max: plain.length }), { freq: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ header, offset, byte, repairChecksum, cut }) => {
        const bytes = Buffer.from(plain);
        bytes[header + offset] = byte;
        if (repairChecksum) writeTarChecksum(bytes.subarray(header, header + 512));
        const outcome = await unpack(gzipSync(cut === null ? bytes : bytes.subarray(0, cut), { level: 1 }), folder).catch((error: Error) => error);
        await checkLeftovers(folder, outcome);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('of bytes that are no gzip or a cut one, nothing is unpacked', { timeout: 30_000 }, async () => {
    const folder = await temporaryFolder();
    const part = fc.integer({ min: 0, max: archive.bytes.length - 9 }).map((length) => archive.bytes.subarray(0, length));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 100 }), part), async (bytes) => {
        const outcome = await unpack(bytes, folder).catch((error: Error) => error);
        expect(outcome).toBeInstanceOf(Error);
        await checkLeftovers(folder, outcome);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

/** After a success the right files are there and are cleared away, after an error nothing is. */
async function checkLeftovers(folder: string, outcome: unknown): Promise<void> {
  if (outcome instanceof Error) {
    expect(outcome.message).toMatch(/^Unpacking .* failed: /s);
  } else {
    const out = join(folder, 'inner', 'out');
    const names = await list(out);
    expect(names.filter((name) => name !== 'batches.meta.txt')).toEqual(files.map(({ file }) => file).sort());
    for (const { file, sha1 } of files) expect(hex('sha1', await readFile(join(out, file)))).toBe(sha1);
    await rm(out, { recursive: true });
  }
  expect(await list(folder)).toEqual(untouched);
}

/** The sum of a tar header's bytes, with its own eight as spaces, in octal. */
function writeTarChecksum(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

function replace(members: Member[], index: number, change: Partial<Member>): Member[] {
  return members.map((member, at) => (at === index ? { ...member, ...change } : member));
}
