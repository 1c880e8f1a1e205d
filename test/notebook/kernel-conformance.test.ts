import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installKernelspec } from '../../src/notebook/kernel/kernelspec';

const python = '/usr/bin/python3';
const present = spawnSync(python, ['-c', 'import jupyter_kernel_test']).status === 0;

describe.runIf(present)('the kernel against the Jupyter protocol, by Jupyter\'s own tests', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'clr-lab-conformance-'));
    await installKernelspec(path.join(folder, 'data', 'kernels'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('all of them pass; those for a pager, clear_output and the history are left out, which the kernel does not have', () => {
    const { CIFAR10_DIR: _, ...inherited } = process.env;
    const { status, stdout, stderr } = spawnSync(python, [path.join(__dirname, 'conformance.py')], {
      encoding: 'utf8', cwd: folder, timeout: 240_000,
      env: { ...inherited, JUPYTER_PATH: path.join(folder, 'data'), HOME: folder, CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '1000', CLR_LAB_CACHE: path.join(folder, 'cache'), PYTHONDONTWRITEBYTECODE: '1' },
    });
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ run: 19, skipped: ['test_clear_output', 'test_history', 'test_pager'] });
  }, 300_000);
});

test.skipIf(present)('jupyter_kernel_test IS NOT INSTALLED (Debian: python3-jupyter-kernel-test): its tests were not run', () => undefined);
