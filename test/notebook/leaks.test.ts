import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { executeNotebook } from '../../src/notebook/execute/execute';
import { codeCell, newNotebook } from '../../src/notebook/execute/nbformat';

/** 50 with CLR_LAB_TEST_ALL. */
const notebooks = process.env.CLR_LAB_TEST_ALL ? 50 : 3;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'clr-lab-leaks-'));
  for (const name of ['tmp', 'cache', 'runs']) mkdirSync(path.join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a leak would add to: this process's children, open files and sockets, handles by their kind, and the folder for temporary files. */
function held() {
  const linux = process.platform === 'linux';
  const children = linux ? readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === process.pid).length : 0;
  const descriptors = linux ? readdirSync('/proc/self/fd').length : 0;
  const resources = process.getActiveResourcesInfo().filter((name) => name !== 'FSReqCallback' && name !== 'Timeout').sort();
  return { children, descriptors, resources, temporary: readdirSync(path.join(folder, 'tmp')) };
}

/** The same, once handles that are closing have closed and the test runner's own messages are sent. */
async function settled() {
  for (let last = held(); ; ) {
    await delay(300);
    const now = held();
    if (isDeepStrictEqual(now, last)) return now;
    last = now;
  }
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]);
  } catch {
    return undefined; // it has just ended
  }
}

test(`${notebooks} notebooks one after another leave no process, port, file or temporary folder`, async () => {
  const notebook = newNotebook([
    codeCell(`import { constant, fit, fullyConnected, learningCurves, openDataset, show, split } from 'clr-lab';
      const parts = split(await openDataset(), { train: ['batch 1'], validation: ['batch 2'] });
      const { history } = await fit(fullyConnected({ layers: [3072, 5, 10] }), parts, { schedule: constant({ eta: 0.01 }), updates: 10, batchSize: 10 });
      setInterval(() => {}, 1000);`, { id: 'train' }),
    codeCell(`import { createServer } from 'node:net';
      createServer().listen(0, '127.0.0.1');
      history.length`, { id: 'listen' }),
  ]);
  const environment = {
    CIFAR10_DIR: undefined, CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '100', CLR_LAB_CACHE: path.join(folder, 'cache'), CLR_LAB_RUNS: path.join(folder, 'runs'), TMPDIR: path.join(folder, 'tmp'),
  };
  const execute = async () => expect(await executeNotebook(notebook, { cwd: folder, environment })).toMatchObject({ status: 'ok' });
  await execute(); // what is loaded once
  const before = await settled();
  for (let k = 1; k < notebooks; k++) await execute();
  await expect.poll(settled, { timeout: 10_000 }).toEqual(before);
  expect(before).toMatchObject({ temporary: [] });
}, 60_000 + 10_000 * notebooks);
