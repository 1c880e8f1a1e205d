import { resolve } from 'node:path';

/** A path as the user typed it, from the folder in which they typed it: npm runs scripts in the project's. */
export function userPath(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** Folders named in the environment as absolute paths, for processes that run in other folders. */
export function resolveEnvironmentPaths(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of ['CIFAR10_DIR', 'CLR_LAB_CACHE', 'CLR_LAB_RUNS']) {
    const path = environment[name];
    if (path) environment[name] = userPath(path);
  }
}
