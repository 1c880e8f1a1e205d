import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { extractBatches } from '../../src/data/archive';
import { list, smallArchive, tarOf, temporaryFolder } from './fixtures';
import type { Member } from './fixtures';

const archive = await smallArchive();

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
});

function replace(members: Member[], index: number, change: Partial<Member>): Member[] {
  return members.map((member, at) => (at === index ? { ...member, ...change } : member));
}
