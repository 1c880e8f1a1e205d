import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { installKernelspec, kernelsFolder, kernelspec } from '../../src/notebook/kernel/kernelspec';
import { projectFile } from '../../src/notebook/kernel/packages';
import { projectRoot } from '../../src/notebook/kernel/project';

describe('the kernelspec', () => {
  test('names programs by their absolute paths, and they are there', () => {
    const [node, launcher] = kernelspec().argv;
    expect([node, launcher].every((file) => path.isAbsolute(file!) && existsSync(file!))).toBe(true);
    expect(kernelspec('win32').interrupt_mode).toBe('message');
    expect(kernelspec('linux').interrupt_mode).toBe('signal');
  });

  test('is written where it is wanted', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'clr-lab-spec-test-'));
    const own = await installKernelspec(path.join(folder, 'kernels'));
    expect(own).toBe(path.join(folder, 'kernels', 'clr-lab'));
    expect(JSON.parse(readFileSync(path.join(own, 'kernel.json'), 'utf8'))).toMatchObject({ display_name: 'TypeScript (clr-lab)', language: 'typescript', env: { MALLOC_ARENA_MAX: '1' } });
    rmSync(folder, { recursive: true });
  });

  test.runIf(process.platform !== 'win32')('goes where Jupyter looks, on each system', () => {
    const home = os.homedir();
    expect(kernelsFolder({}, {}, 'linux')).toBe(`${home}/.local/share/jupyter/kernels`);
    expect(kernelsFolder({}, { XDG_DATA_HOME: '/x' }, 'linux')).toBe('/x/jupyter/kernels');
    expect(kernelsFolder({}, {}, 'darwin')).toBe(`${home}/Library/Jupyter/kernels`);
    expect(kernelsFolder({}, { APPDATA: '/roaming' }, 'win32')).toBe('/roaming/jupyter/kernels');
    expect(kernelsFolder({}, { JUPYTER_DATA_DIR: '/d' }, 'linux')).toBe('/d/kernels');
    expect(kernelsFolder({ prefix: '/p' }, {}, 'linux')).toBe('/p/share/jupyter/kernels');
    expect(kernelsFolder({ sysPrefix: true }, { VIRTUAL_ENV: '/v' }, 'linux')).toBe('/v/share/jupyter/kernels');
    expect(kernelsFolder({ path: '/k' }, {}, 'linux')).toBe('/k');
    expect(() => kernelsFolder({ sysPrefix: true }, {}, 'linux')).toThrow(/no Python environment is active/);
  });
});

test('the project\'s packages and the library appear beside a notebook, each of them once', () => {
  expect(projectFile('/n', '/n/node_modules/tslab/package.json')).toBe(`${projectRoot}/node_modules/tslab/package.json`);
  expect(projectFile('/n', '/n/node_modules/clr-lab/dist/index.d.ts')).toBe(`${projectRoot}/dist/index.d.ts`);
  expect(projectFile('/n', '/n/node_modules/clr-lab')).toBe(projectRoot);
  expect(projectFile('/n', '/n/node_modules/clr-lab/node_modules/tslab/package.json')).toBeUndefined();
  expect(projectFile('/n', '/other/node_modules/tslab/package.json')).toBeUndefined();
});
