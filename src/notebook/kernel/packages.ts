import Module from 'node:module';
import path from 'node:path';
import { packageName, projectRoot } from './project';

/*
 * A notebook may lie in any folder. For TypeScript and for Node alike, the project's packages and the library itself
 * appear as if they were installed in `node_modules` beside the notebook, unless something of that name really is.
 */

/** What TypeScript asks of the file system, as far as packages are concerned. */
interface FileSystem {
  fileExists(path: string): boolean;
  directoryExists(path: string): boolean;
  readFile(path: string, encoding?: string): string | undefined;
  getDirectories(path: string): string[];
  realpath?(path: string): string;
}

const slashes = (name: string) => name.replaceAll('\\', '/');

/** Where a file that TypeScript looks for in `folder`/node_modules lies in the project; undefined if not there. */
export function projectFile(folder: string, file: string): string | undefined {
  const modules = slashes(path.join(folder, 'node_modules')) + '/';
  if (!file.startsWith(modules)) return undefined;
  const inside = file.slice(modules.length);
  if (inside !== packageName && !inside.startsWith(packageName + '/')) {
    return slashes(path.join(projectRoot, 'node_modules', inside));
  }
  const own = inside.slice(packageName.length + 1);
  // Only what a published package would hold: with its node_modules, every dependency would exist twice.
  const shown = own === '' || own === 'package.json' || own === 'dist' || own.startsWith('dist/');
  return shown ? slashes(path.join(projectRoot, own)) : undefined;
}

/** `system` with the project's packages in `folder`/node_modules. */
export function withProjectPackages<S extends FileSystem>(system: S, folder: string): S {
  const overlaid = Object.create(system) as S;
  /** Asks for the file itself, then for the project's. */
  const either = <T>(ask: (file: string) => T, found: (answer: T) => boolean) => (file: string): T => {
    const answer = ask(file);
    if (found(answer)) return answer;
    const ours = projectFile(folder, file);
    return ours === undefined ? answer : ask(ours);
  };
  const isTrue = (answer: boolean) => answer;
  return Object.assign(overlaid, {
    fileExists: either((file) => system.fileExists(file), isTrue),
    directoryExists: either((file) => system.directoryExists(file), isTrue),
    getDirectories: either((file) => system.getDirectories(file), (names) => names.length > 0),
    readFile: either((file) => system.readFile(file), (text) => text !== undefined),
    // What only appears to be there has no other path, so every package has one place.
    realpath: (file: string) => {
      const appears = projectFile(folder, file) !== undefined && !system.fileExists(file) && !system.directoryExists(file);
      return appears ? file : (system.realpath?.(file) ?? file);
    },
  });
}

type Parent = { paths?: string[]; filename?: string } | undefined;

interface Loader {
  new (file: string): NonNullable<Parent>;
  _resolveFilename(request: string, parent: Parent, ...rest: unknown[]): string;
  _nodeModulePaths(folder: string): string[];
}

/** Makes `require` find the library, and the project's packages from folders that have none of their own. */
export function provideProjectPackages(): void {
  const loader = Module as unknown as Loader;
  const resolve = loader._resolveFilename.bind(loader);
  const project = Object.assign(new loader(path.join(projectRoot, 'package.json')), {
    paths: loader._nodeModulePaths(projectRoot),
  });
  loader._resolveFilename = (request, parent, ...rest) => {
    if (request === packageName) return path.join(projectRoot, 'dist', 'index.js');
    try {
      return resolve(request, parent, ...rest);
    } catch (error) {
      const isPackage = !/^([./\\]|[a-z]:|node:)/i.test(request);
      if (!isPackage || (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
      try {
        return resolve(request, project);
      } catch {
        throw error;
      }
    }
  };
}
