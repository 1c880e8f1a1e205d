import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { runOnce, storedRun } from '../../src/runs/run';
import { openStore } from '../../src/runs/store';
import { StoreError } from '../../src/runs/store-error';
import { canMount, withMounts } from '../support/mounts';
import { smallDataset, smallSettings } from './small-dataset';

const dataset = smallDataset();
const folder = mkdtempSync(join(tmpdir(), 'clr-lab-bad-disk-'));
afterAll(() => {
  dataset.remove();
  rmSync(folder, { recursive: true });
});
let directory: string;
let messages: string[];
let count = 0;
beforeEach(() => {
  directory = join(folder, String(count++));
  messages = [];
});
const open = () => openStore({ directory, onMessage: (text) => messages.push(text) });
const onMessage = (text: string) => void messages.push(text);

/** The run as a process of its own would do it: `$1 $2 "$3"` in a script. */
const inProcess = (settings: object) => [process.execPath, join(__dirname, 'run-process.cjs'), JSON.stringify({ dataset: describeDataset(dataset), settings, store: directory, checkpointEverySeconds: 0 })];

describe.runIf(canMount)('on a file system of its own', () => {
  test('a disk that fills up: the error says why and what is safe; with room again the run goes on to the same bytes', async () => {
    mkdirSync(directory);
    // Room for a checkpoint, and not for a second one or the finished run beside it.
    const wide = { ...smallSettings, layers: [48, 400, 10] };
    const [copy, ...command] = [join(folder, 'copy'), ...inProcess(wide)];
    const { code, error } = await withMounts(
      `mount -t tmpfs -o size=190k none "$1"
       "$2" "$3" "$4" && exit 9
       ls "$1" >&2
       mount -o remount,size=4m "$1"
       "$2" "$3" "$4"
       cp -r "$1" "$5"`,
      directory, ...command, copy,
    );
    const undisturbed = await runOnce(wide, dataset, { store: open() });
    expect(code, error).toBe(0);
    const [failed, listed, ...more] = error.trim().split('\n').filter((line) => !line.startsWith('clr-lab: '));
    expect(failed).toMatch(new RegExp(`^StoreError: The store of runs in ${directory}: storing a run failed: the disk is full \\(ENOSPC\\)\\. What was stored before is unharmed\\. ` +
      "Make room or name another folder in CLR_LAB_RUNS\\. As long as this process lives, the run's history and model are at hand; asked for again, it goes on from its checkpoint after update \\d+\\.$"));
    expect([listed, ...more]).toEqual([`${undisturbed.key}.checkpoint`]); // and nothing half-written
    expect(error).toMatch(/clr-lab: The store of runs in .*: storing a checkpoint failed: the disk is full \(ENOSPC\)\. .* The training goes on without a checkpoint\./);
    expect(readdirSync(copy)).toEqual([undisturbed.key]);
    const bytes = (of: string) => readFileSync(join(of, undisturbed.key, 'weights.safetensors'));
    expect(bytes(copy)).toEqual(bytes(directory));
  });

  test('a folder that is read-only: what is stored is read, a new run is refused before it is trained', async () => {
    const { key } = await runOnce(smallSettings, dataset, { store: open() });
    const script = `mount --bind "$1" "$1"
      mount -o remount,bind,ro "$1"
      "$2" "$3" "$4"`;
    const stored = await withMounts(script, directory, ...inProcess(smallSettings));
    expect(stored).toMatchObject({ code: 0, error: '' });
    expect(stored.output).toContain('100\n');
    const other = await withMounts(script, directory, ...inProcess({ ...smallSettings, seed: 7 }));
    expect(other).toMatchObject({ code: 1, output: '' });
    expect(other.error).toMatch(/^StoreError: The store of runs in .*: opening the folder for writing failed: the file system is read-only \(EROFS\)\. What was stored before is unharmed\. Make room or name another folder in CLR_LAB_RUNS\.\n$/);
    expect(readdirSync(directory)).toEqual([key]);
  });

  test('a cache folder on a full disk is named, and nothing half-written stays', async () => {
    mkdirSync(directory);
    const program = `require(process.argv[1]).openDataset({ synthetic: true, recordsPerBatch: 100 }).catch((error) => { console.error(error.message); process.exitCode = 1; })`;
    const { code, output, error } = await withMounts(
      `mount -t tmpfs -o size=300k none "$1"
       CLR_LAB_CACHE=$1 "$2" -e "$3" "$4" || ls -A "$1"`,
      directory, process.execPath, program, join(__dirname, '..', '..', 'dist', 'index.js'),
    );
    expect({ code, output }).toEqual({ code: 0, output: '' });
    expect(error).toBe(`The pixels could not be written into the cache folder ${directory}: the disk is full (ENOSPC). Nothing half-written stays. Make room or name another folder in CLR_LAB_CACHE.\n`);
  });
});

test.skipIf(canMount)('NO FILE SYSTEM CAN BE MOUNTED HERE (unshare -rm): full and read-only disks were not tried', () => undefined);

describe('the folder removed underneath a run', () => {
  test('is made again, and the run is stored as if nothing had been', async () => {
    for await (const { update } of storedRun(smallSettings, dataset, { store: open(), checkpointEverySeconds: 0, onMessage })) if (update === 46) rmSync(directory, { recursive: true });
    const { history, fromStore } = await runOnce(smallSettings, dataset, { store: open() });
    expect(fromStore).toBe(true);
    expect(history).toEqual((await runOnce(smallSettings, dataset, { store: false })).history);
    expect(messages).toEqual([]);
  });

  test('and barred: the training goes on, its end says where the result still is', async () => {
    const run = storedRun(smallSettings, dataset, { store: open(), checkpointEverySeconds: 0, onMessage });
    const ended = (async () => {
      for await (const { update } of run) {
        if (update !== 46) continue;
        rmSync(directory, { recursive: true });
        writeFileSync(directory, 'in the way');
      }
    })();
    await expect(ended).rejects.toThrow(StoreError);
    await expect(ended).rejects.toThrow(/the run's history and model are at hand; asked for again, it will be trained from its beginning\.$/);
    expect(messages[0]).toMatch(/a file stands where a folder should be .* The training goes on without a checkpoint\.$/);
    const { history, model } = await runOnce(smallSettings, dataset, { store: false });
    expect(run.history).toEqual(history);
    expect(run.model).toEqual(model);
  });
});
