import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { kernelName, kernelspecMetadata } from './language-info';
import { projectRoot } from './project';

/** What Jupyter reads as `kernel.json`. */
export interface Kernelspec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode: 'signal' | 'message';
  readonly env: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The kernelspec for this Node and this checkout, by their absolute paths. */
export function kernelspec(platform: NodeJS.Platform = process.platform): Kernelspec {
  return {
    argv: [process.execPath, path.join(projectRoot, 'src', 'cli', 'start.mjs'), 'kernel', 'start', '{connection_file}'],
    display_name: kernelspecMetadata.display_name,
    language: kernelspecMetadata.language,
    // A signal also ends a loop that never awaits; Windows has none that Node could receive.
    interrupt_mode: platform === 'win32' ? 'message' : 'signal',
    // With glibc every thread would keep freed memory of its own, up to 180 MB after some hundred short runs; one heap for all takes no longer. Elsewhere it means nothing.
    env: { MALLOC_ARENA_MAX: '1' },
    metadata: { debugger: false },
  };
}

/** Where a kernelspec is to be installed; none of them: for this user. */
export interface KernelsPlace {
  /** The folder of kernelspecs itself. */
  readonly path?: string;
  /** `prefix`/share/jupyter/kernels. */
  readonly prefix?: string;
  /** The Python environment that is active, as its activation tells: VIRTUAL_ENV or CONDA_PREFIX. */
  readonly sysPrefix?: boolean;
}

/**
 * The folder of kernelspecs that Jupyter looks into, found without Python.
 * Throws an Error for `sysPrefix` when no environment is active.
 */
export function kernelsFolder(
  { path: folder, prefix, sysPrefix = false }: KernelsPlace = {},
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (folder !== undefined) return path.resolve(folder);
  if (sysPrefix) {
    const active = environment['VIRTUAL_ENV'] ?? environment['CONDA_PREFIX'];
    if (!active) throw new Error('--sys-prefix: no Python environment is active (neither VIRTUAL_ENV nor CONDA_PREFIX is set); use --prefix DIR');
    return path.join(active, 'share', 'jupyter', 'kernels');
  }
  if (prefix !== undefined) return path.resolve(prefix, 'share', 'jupyter', 'kernels');
  return path.join(userDataFolder(environment, platform), 'kernels');
}

/** Jupyter's data folder of this user: https://docs.jupyter.org/en/stable/use/jupyter-directories.html */
function userDataFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (environment['JUPYTER_DATA_DIR']) return environment['JUPYTER_DATA_DIR'];
  const home = os.homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Jupyter');
  if (platform === 'win32') {
    const roaming = environment['APPDATA'] ?? path.join(home, 'AppData', 'Roaming');
    return path.join(roaming, 'jupyter');
  }
  return path.join(environment['XDG_DATA_HOME'] || path.join(home, '.local', 'share'), 'jupyter');
}

/** Writes the kernelspec into a folder of kernelspecs, over one that is there. Resolves with its own folder. */
export async function installKernelspec(kernels: string): Promise<string> {
  const folder = path.join(kernels, kernelName);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'kernel.json'), `${JSON.stringify(kernelspec(), null, 1)}\n`);
  return folder;
}
