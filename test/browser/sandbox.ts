import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readNotebook, tagsOf, writeNotebook } from '../../src/notebook/execute/nbformat';
import { installKernelspec } from '../../src/notebook/kernel/kernelspec';

export const jupyter = '/usr/bin/jupyter';
export const notebooks = path.join(__dirname, '..', '..', 'notebooks');

/** A temporary folder with the project's kernelspec, and the environment in which programs use nothing else of this machine. */
export interface Sandbox {
  readonly folder: string;
  /** A small synthetic data set, Jupyter's own folders, the kernelspec. */
  readonly environment: NodeJS.ProcessEnv;
  /** Copies a notebook of the project here, with other values of its parameters. Resolves with the copy's path. */
  copyNotebook(stem: string, parameters?: Readonly<Record<string, unknown>>, copy?: string): Promise<string>;
  /** Processes that were started in this environment and live, by their command lines. */
  processes(): string[];
  remove(): void;
}

export async function makeSandbox(): Promise<Sandbox> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'clr-lab-browser-test-'));
  const below = (name: string): string => path.join(folder, name);
  mkdirSync(below('notebooks'));
  await installKernelspec(path.join(below('jupyter'), 'kernels'));
  return {
    folder,
    environment: {
      ...process.env,
      HOME: folder, JUPYTER_PATH: below('jupyter'), JUPYTER_CONFIG_DIR: below('config'), JUPYTER_DATA_DIR: below('home'), JUPYTER_RUNTIME_DIR: below('runtime'),
      CIFAR10_DIR: '', CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '400', CLR_LAB_CACHE: below('cache'), CLR_LAB_RUNS: below('runs'),
    },
    async copyNotebook(stem, parameters = {}, copy = stem) {
      const file = path.join(below('notebooks'), `${copy}.ipynb`);
      cpSync(path.join(notebooks, `${stem}.ipynb`), file);
      const notebook = await readNotebook(file);
      const cell = notebook.cells.find((each) => tagsOf(each).includes('parameters'))!;
      for (const [name, value] of Object.entries(parameters)) {
        const changed = cell.source.replace(new RegExp(`^let ${name} = [^;]*;`, 'm'), `let ${name} = ${JSON.stringify(value)};`);
        if (changed === cell.source) throw new Error(`${stem} has no parameter ${name} to set to ${String(value)}`);
        cell.source = changed;
      }
      await writeNotebook(file, notebook);
      return file;
    },
    processes: () => processesNaming(folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Command lines of this user's processes in whose environment `text` stands, as Linux's /proc tells. */
function processesNaming(text: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((id) => {
    try {
      if (!readFileSync(`/proc/${id}/environ`, 'utf8').includes(text)) return [];
      return [readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      return []; // ended meanwhile, or another user's
    }
  });
}
