import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { installKernelspec } from './kernelspec';
import { projectRoot } from './project';

const noJupyter = `no Jupyter was found on the PATH. Either
  - install one:  pip install jupyterlab      (or Debian: apt-get install jupyter-notebook)
  - or use VS Code with its Jupyter extension:  npx clr-lab kernel install,  then open a notebook of notebooks/ and
    choose the kernel "TypeScript (clr-lab)" under "Select Kernel", "Jupyter Kernel"
  - or run everything with no Jupyter at all:  npm run report`;

/** The Jupyter applications to try, best first. */
const applications = ['lab', 'notebook', 'nbclassic'];

/** The first of Jupyter's applications that is installed. */
function findApplication(): string | undefined {
  return applications.find((name) => {
    const { status } = spawnSync('jupyter', [name, '--version'], { stdio: 'ignore', shell: process.platform === 'win32' });
    return status === 0;
  });
}

/**
 * Starts Jupyter on the project's notebooks, with a kernelspec of its own for as long as it runs.
 * Resolves with Jupyter's exit code. Throws an Error that says what to do when there is no Jupyter.
 */
export async function startLab(extraArguments: readonly string[] = []): Promise<number> {
  const application = findApplication();
  if (application === undefined) throw new Error(noJupyter);
  const data = await mkdtemp(path.join(os.tmpdir(), 'clr-lab-jupyter-'));
  try {
    await installKernelspec(path.join(data, 'kernels'));
    const inherited = process.env['JUPYTER_PATH'];
    const env = { ...process.env, JUPYTER_PATH: inherited ? `${data}${path.delimiter}${inherited}` : data };
    return await runInTerminal('jupyter', [application, ...extraArguments], env);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

function runInTerminal(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const cwd = path.join(projectRoot, 'notebooks');
    const child = spawn(command, args, { cwd, env, stdio: 'inherit', shell: process.platform === 'win32' });
    // Ctrl-C reaches Jupyter too, which asks whether it is meant; this process waits for the answer.
    const ignore = () => undefined;
    const pass = () => child.kill('SIGTERM');
    process.on('SIGINT', ignore);
    process.on('SIGTERM', pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', pass);
      resolve(code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]));
    });
  });
}
