import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDataset } from '../../src/data/attach-dataset';
import { executeNotebook } from '../../src/notebook/execute/execute';
import { codeCell, newNotebook } from '../../src/notebook/execute/nbformat';
import { runOnce } from '../../src/runs/run';
import { parseRunSettings, type RunSettings } from '../../src/runs/settings';
import { openStore } from '../../src/runs/store';
import { search } from '../../src/search/search';
import { list } from '../../src/search/space';
import { type TestExplorer, testExplorer } from '../explorer/explorer';

const runs = promisify(execFile);
const root = join(__dirname, '..', '..');

/** Of one run: its key, and what must be the same to the last bit. */
interface Bytes {
  readonly key: string;
  readonly weights: Buffer;
  readonly standardiser: Buffer;
  readonly history: string;
}

let explorer: TestExplorer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clr-lab-seeds-'));
  explorer = await testExplorer();
});
afterAll(async () => {
  await explorer.close();
  rmSync(folder, { recursive: true });
});

/** The only run of a store, as its files hold it. */
async function bytesOf(directory: string): Promise<Bytes> {
  const listed = await openStore({ directory }).list();
  expect(listed).toHaveLength(1);
  const [{ key, history }] = listed;
  const file = (name: string) => readFileSync(join(directory, key, name));
  return { key, history: JSON.stringify(history), weights: file('weights.safetensors'), standardiser: file('standardiser.safetensors') };
}

/** Everything that trains, each with an empty store of its own. The data set is the explorer's, found anew by those that open it themselves. */
const ways: Record<string, (settings: RunSettings, store: string) => Promise<unknown>> = {
  'a process': (settings, store) => inProcess(settings, store, 1),
  'another process, on two threads': (settings, store) => inProcess(settings, store, 2),
  'a third process, on as many threads as there are': (settings, store) => inProcess(settings, store),
  'the main thread': (settings, store) => runOnce(settings, explorer.dataset, { store: openStore({ directory: store }) }),
  'a worker thread of a search': async (settings, store) => {
    for await (const { state } of search({ settings, dataset: explorer.dataset, store: openStore({ directory: store }), space: { lambda: list([settings.lambda]) }, seeds: [settings.seed] })) expect(state).toBe('complete');
  },
  'a notebook': async (settings, store) => {
    const source = `import { openDataset, runOnce } from 'clr-lab';\nawait runOnce(${JSON.stringify(settings)}, await openDataset());`;
    expect(await executeNotebook(newNotebook([codeCell(source, { id: 'run' })]), { cwd: folder, environment: environment(store) })).toMatchObject({ status: 'ok' });
  },
  'the command line': async ({ layers, schedule, updates, batchSize, lambda, seed, measurementsPerEpoch, engine }, store) => {
    if (schedule.type !== 'cyclical') throw new Error('the command line trains with a cyclical schedule');
    const flags = {
      layers, 'eta-min': schedule.etaMin, 'eta-max': schedule.etaMax, 'step-size': schedule.stepSize, cycles: updates / schedule.stepSize / 2,
      'batch-size': batchSize, lambda, seed, measurements: measurementsPerEpoch, engine,
    };
    await runs(process.execPath, [join(root, 'src/cli/start.mjs'), 'train', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])], { env: environment(store) });
  },
  'the explorer': async (settings, store) => {
    const asked = await fetch(`${explorer.server.url}api/jobs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'run', name: '', settings }) });
    expect(asked.status).toBe(201);
    const trained = async () => (await explorer.store.list()).find(({ identity }) => identity.settings.engine === settings.engine);
    let run = await trained();
    for (; run === undefined; run = await trained()) await delay(50);
    await openStore({ directory: store }).put((await explorer.store.get(run.key))!);
  },
};

function inProcess(settings: RunSettings, store: string, threads?: number): Promise<unknown> {
  const job = { dataset: describeDataset(explorer.dataset), settings, store, threads };
  return runs(process.execPath, [join(root, 'test/runs/run-process.cjs'), JSON.stringify(job)]);
}

function environment(store: string): NodeJS.ProcessEnv {
  return { ...process.env, CIFAR10_DIR: undefined, CLR_LAB_RUNS: store, CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '300', CLR_LAB_CACHE: join(folder, 'cache') };
}

const engines = process.env.CLR_LAB_TEST_ALL ? (['onnx', 'tfjs'] as const) : (['onnx'] as const);

describe.each(engines)('one seed on %s gives the same bytes', (engine) => {
  test(`in ${Object.keys(ways).join(', ')}`, async () => {
    const settings = parseRunSettings({
      layers: [3072, 20, 10], split: { train: ['batch 1'], validation: ['batch 2'] }, schedule: { type: 'cyclical', etaMin: 1e-5, etaMax: 0.1, stepSize: 30 },
      updates: 60, batchSize: 50, lambda: 0.01, seed: 3, measurementsPerEpoch: 2, engine,
    });
    const all = await Promise.all(Object.entries(ways).map(async ([way, train], index): Promise<[string, Bytes]> => {
      const store = join(folder, `${engine}-${index}`);
      await train(settings, store);
      return [way, await bytesOf(store)];
    }));
    const [[, first]] = all;
    for (const [way, bytes] of all) expect(bytes, way).toEqual(first);
    expect(JSON.parse(first.history)).toHaveLength(21);
    // Were it the same whatever the seed, all this would say nothing.
    await inProcess({ ...settings, seed: 4 }, join(folder, `${engine}-other`));
    expect((await bytesOf(join(folder, `${engine}-other`))).weights.equals(first.weights)).toBe(false);
  }, 120_000);
});
