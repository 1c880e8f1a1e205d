import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { random } from '../../src/random/random';
import { runOnce } from '../../src/runs/run';
import type { RunSettingsInput } from '../../src/runs/settings';
import { openStore } from '../../src/runs/store';
import type { FinishedRun } from '../../src/runs/stored-run';
import { smallDataset, smallSettings } from './small-dataset';

const dataset = smallDataset();
const folder = mkdtempSync(join(tmpdir(), 'clr-lab-kill-run-'));
afterAll(() => {
  dataset.remove();
  rmSync(folder, { recursive: true });
});

/** In each of the two tests; 50 with CLR_LAB_KILLS=50. */
const kills = Number(process.env.CLR_LAB_KILLS ?? (process.env.CLR_LAB_TEST_ALL ? 10 : 3));
const draws = random(Number(process.env.CLR_LAB_SEED ?? 1), 'kills of a run');

/** When a process is killed: so many milliseconds after it told of its first or its last measurement, or began to write a file. */
interface Moment {
  readonly after: 'first' | 'last' | 'writing';
  readonly milliseconds: number;
}

/** Anywhere in the run, in the writing of a checkpoint, in the storing of the finished run. */
function randomMoment(index: number, milliseconds: number): Moment {
  if (index % 3 === 0) return { after: 'writing', milliseconds: 4 * draws.uniform() };
  if (index % 6 === 1) return { after: 'last', milliseconds: 30 * draws.uniform() };
  return { after: 'first', milliseconds: milliseconds * draws.uniform() };
}

/** The run in a process, which is killed at a moment. Resolves with whether that was before its end. */
function killedAt({ after, milliseconds }: Moment, job: { readonly store: string; readonly settings: RunSettingsInput }): Promise<boolean> {
  const child = spawn(process.execPath, [join(__dirname, 'run-process.cjs'), JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => setTimeout(() => child.kill('SIGKILL'), milliseconds);
  const told: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const first = told.push(...text.split('\n')) > 0 && after === 'first';
    if (first || (after === 'last' && told.includes(String(job.settings.updates)))) kill();
  });
  // Not every file: the first ones would be killed always.
  const watcher = after === 'writing' ? watch(folder, { recursive: true }, (_, name) => name?.endsWith('.unfinished') && draws.uniform() < 0.1 && kill()) : undefined;
  return new Promise((resolve) => child.once('close', (_, signal) => {
    watcher?.close();
    resolve(signal === 'SIGKILL');
  }));
}

describe.each([
  ['measured often', { ...smallSettings, updates: 3000, measurementsPerEpoch: 5 }, 700],
  ['measured rarely', { ...smallSettings, updates: 30_000, measurementsPerEpoch: 0.005 }, 1500],
] as const)('a run that is %s', (name, settings, milliseconds) => {
  test(`killed ${kills} times, anywhere: no file is torn, nothing kept is lost, and it ends with the same bytes as an undisturbed one`, async () => {
    const directoryOf = (round: number | string) => join(folder, name, String(round));
    const messages: string[] = [];
    const storeOf = (directory: string) => openStore({ directory, onMessage: (text) => messages.push(text) });
    const { key, history, model } = await runOnce(settings, dataset, { store: storeOf(directoryOf('undisturbed')) });
    const bytes = (directory: string) => ['weights.safetensors', 'standardiser.safetensors'].map((file) => readFileSync(join(directory, key, file)));
    const right = bytes(directoryOf('undisturbed'));

    let [killed, round, resumptions] = [0, 0, 0];
    for (let attempt = 0, kept = -1; killed < kills; attempt++) {
      expect(attempt).toBeLessThan(4 * kills); // else most processes end before they are killed
      const store = directoryOf(round);
      const job = { dataset: describeDataset(dataset), settings, store, checkpointEverySeconds: 0.01 };
      if (await killedAt(randomMoment(attempt, milliseconds), job)) killed++;
      const checkpoint = existsSync(store) ? await storeOf(store).getCheckpoint(key) : undefined;
      const run = existsSync(store) ? ((await storeOf(store).get(key)) as FinishedRun | undefined) : undefined;
      expect(messages).toEqual([]); // nothing that is there is torn
      if (run !== undefined) {
        expect(run.history).toEqual(history);
        expect(run.model).toEqual(model);
        expect(bytes(store)).toEqual(right);
        [round, kept] = [round + 1, -1];
      } else {
        expect(checkpoint?.update ?? -1).toBeGreaterThanOrEqual(kept);
        expect(checkpoint?.history ?? []).toEqual(history.filter(({ update }) => update <= (checkpoint?.update ?? -1)));
        if (checkpoint !== undefined && checkpoint.update > kept) resumptions++;
        kept = checkpoint?.update ?? -1;
      }
    }
    // The last one is not left half-done.
    const last = await runOnce(settings, dataset, { store: storeOf(directoryOf(round)) });
    expect(last.history).toEqual(history);
    expect(bytes(directoryOf(round))).toEqual(right);
    expect(messages).toEqual([]);
    if (kills >= 10) expect(resumptions).toBeGreaterThan(kills / 4);
    if (kills >= 50) process.stdout.write(`${name}: ${killed} kills, ${round + 1} runs ended, ${resumptions} times from a newer checkpoint, ${readdirSync(directoryOf(round)).length - 1} files left unfinished\n`);
  }, 60_000 + 10_000 * kills);
});
