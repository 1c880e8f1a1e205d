import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeStale, unfinishedName, writeAtomically } from '../../src/data/atomic-write';
import { list, temporaryFolder } from './fixtures';

describe('writeAtomically', () => {
  test('puts the whole file into place of an old one', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    const seen: string[] = [];
    await writeAtomically(
      unfinishedName(path),
      async (file) => {
        await file.writeFile('new');
        seen.push(await readFile(path, 'utf8'));
      },
      () => path,
    );
    expect([...seen, await readFile(path, 'utf8')]).toEqual(['old', 'new']);
    expect(await list(folder)).toEqual(['file']);
  });

  test('leaves nothing after an error, and what was there as it was', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    const writing = writeAtomically(
      unfinishedName(path),
      async (file) => {
        await file.writeFile('ne');
        throw new Error('no space');
      },
      () => path,
    );
    await expect(writing).rejects.toThrow('no space');
    expect(await list(folder)).toEqual(['file']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});

test('removeStale removes what was left unfinished an hour ago, and nothing else', async () => {
  const folder = await temporaryFolder();
  const [old, oldFolder, recent, finished] = [unfinishedName(join(folder, 'a')), unfinishedName(join(folder, 'b')), unfinishedName(join(folder, 'c')), join(folder, 'd')];
  await mkdir(oldFolder);
  for (const path of [old, join(oldFolder, 'inside'), recent, finished]) await writeFile(path, '');
  const now = Date.now();
  for (const path of [old, oldFolder, finished]) await utimes(path, (now - 3_700_000) / 1000, (now - 3_700_000) / 1000);
  await removeStale(folder, now);
  expect((await list(folder)).map((name) => join(folder, name)).sort()).toEqual([recent, finished].sort());
});
