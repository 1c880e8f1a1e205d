import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { random } from '../../src/random/random';
import { smallDataset, smallSettings } from '../runs/small-dataset';
import { searchProcess } from './search-process';

const dataset = smallDataset();
const folder = mkdtempSync(join(tmpdir(), 'clr-lab-kill-'));
afterAll(() => {
  dataset.remove();
  rmSync(folder, { recursive: true });
});

/** 30 with CLR_LAB_KILLS=30. */
const kills = Number(process.env.CLR_LAB_KILLS ?? 6);
const job = (store: string) => ({
  dataset: describeDataset(dataset), store, lambdas: Array.from({ length: 2 * kills }, (_, k) => k / 1000),
  settings: { ...smallSettings, updates: 3000, measurementsPerEpoch: 2 }, workers: 2, checkpointEverySeconds: 0.05,
});

test(`a search that is killed ${kills} times loses no finished trial, repeats none, and ends with the table of an undisturbed one`, async () => {
  const directory = join(folder, 'killed');
  const draws = random(Number(process.env.CLR_LAB_SEED ?? 1), 'kills');
  const stored = () => new Map((existsSync(directory) ? readdirSync(directory) : []).filter((name) => name.length === 64).map((key) => [key, stateOf(join(directory, key))]));
  let trained = 0;
  let kill = 0;
  for (let before = stored(); ; before = stored()) {
    // From before the workers are up to a few trials later.
    const killed = kill++ < kills ? new Promise<void>((resolve) => setTimeout(resolve, 150 + 900 * draws.uniform())) : undefined;
    const { ended, errors, result } = await searchProcess(job(directory), killed && { killed });
    expect(errors).toBe(''); // nothing damaged, nothing half-read
    for (const [key, state] of before) expect(stored().get(key)).toBe(state); // nothing lost, nothing written again
    for (const { key, fromStore } of ended) expect(fromStore).toBe(before.has(key)); // nothing trained again
    trained += ended.filter(({ fromStore }) => !fromStore).length;
    if (!result) continue;
    expect(result.trials).toEqual((await searchProcess(job(join(folder, 'undisturbed')))).result!.trials);
    expect(result.trials.map((trial) => (trial as { state: string }).state)).toEqual(Array(2 * kills).fill('complete'));
    break;
  }
  expect(kill).toBeGreaterThan(Math.min(3, kills)); // it was not over before it was killed
  expect(trained).toBeGreaterThan(0);
  const left = readdirSync(directory).filter((name) => !name.endsWith('.unfinished')); // those go after an hour
  expect(left.sort()).toEqual([...stored().keys()].sort());
}, 60_000 + 10_000 * kills);

/** Changes whenever an entry is written. */
function stateOf(path: string): string {
  return `${statSync(path).ino} ${readFileSync(join(path, 'run.json'), 'utf8')}`;
}
