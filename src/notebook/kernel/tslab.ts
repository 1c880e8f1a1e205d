import { createRequire } from 'node:module';
import type * as TypeScript from '@tslab/typescript-for-tslab';
import { earlierNames } from './earlier-names';
import { arrayMethodsOfNode20 } from './node20-arrays';
import { withProjectPackages } from './packages';
import { cellFile, dropMapComment, rememberCell, takeInlineMap } from './source-positions';

/*
 * The one door to tslab. Its classes are used as they are, but the TypeScript they work with is adjusted: strict
 * options, packages for notebooks in any folder, source maps for error messages. The exports of TypeScript's module
 * cannot be changed, so a copy with two functions replaced takes its place before tslab loads it.
 */

const tslabRequire = createRequire(require.resolve('tslab/package.json'));
const typeScriptFile = tslabRequire.resolve('@tslab/typescript-for-tslab');
/** The TypeScript of tslab. */
export const ts = tslabRequire(typeScriptFile) as typeof TypeScript;

/** The cell that is converted next, for its source map. */
export const currentCell = { count: 0, source: '' };

type Host = TypeScript.WatchCompilerHost<TypeScript.BuilderProgram>;

function createWatchCompilerHost(
  rootFiles: string[], options: TypeScript.CompilerOptions, system: TypeScript.System, ...rest: unknown[]
): Host {
  const folder = system.getCurrentDirectory();
  const cellOptions: TypeScript.CompilerOptions = {
    ...options,
    strict: true,
    lib: ['lib.es2023.d.ts'], // what Node 20 has; no DOM, which Node has not
    types: ['node'],
    typeRoots: [`${folder}/node_modules/@types`.replaceAll('\\', '/')],
    inlineSourceMap: true,
  };
  const files = withProjectPackages(system, folder);
  // Packages do not change under a running kernel: what is loaded stays loaded.
  files.watchFile = (file, ...more) =>
    file.includes('/node_modules/') ? { close: () => undefined } : system.watchFile!(file, ...more);
  const { readFile } = files;
  files.readFile = (file, ...more) => {
    const text = readFile(file, ...more);
    return file.endsWith('/lib.es2023.array.d.ts') ? `${text}\n${arrayMethodsOfNode20}` : text;
  };
  const create = ts.createWatchCompilerHost as (...all: unknown[]) => Host;
  const host = create(rootFiles, cellOptions, files, ...rest);
  // With a resolver of our own TypeScript watches no folders (which might be a whole home directory).
  host.resolveModuleNameLiterals = (names, file, redirected, active) =>
    names.map((name) => ts.resolveModuleName(name.text, file, active, host, undefined, redirected));
  host.hasInvalidatedResolutions = (file) => /\/__tslab__\.ts$/i.test(file);
  const { createProgram } = host;
  host.createProgram = (...all) => withEarlierNames(createProgram(...all));
  return host;
}

function withEarlierNames(program: TypeScript.BuilderProgram): TypeScript.BuilderProgram {
  const emit = program.emit.bind(program);
  program.emit = (file, write, token, onlyDeclarations, transformers) => {
    const isEarlier = ({ fileName }: TypeScript.SourceFile) => fileName.endsWith('/__prev__.d.ts');
    const before = [earlierNames(ts, program.getProgram().getTypeChecker(), isEarlier)];
    return emit(file, write, token, onlyDeclarations, { ...transformers, before });
  };
  return program;
}

function transpileModule(input: string, options: TypeScript.TranspileOptions): TypeScript.TranspileOutput {
  const { code, map } = takeInlineMap(input);
  const output = ts.transpileModule(code, { ...options, compilerOptions: { ...options.compilerOptions, sourceMap: true } });
  const outputText = dropMapComment(output.outputText);
  // Local modules that a cell imports come this way too.
  const isCell = map?.sources.some((source) => source.endsWith('__tslab__.ts')) ?? false;
  if (!isCell) return { ...output, outputText };
  rememberCell(currentCell.count, currentCell.source, outputText, [JSON.parse(output.sourceMapText!), map!]);
  return { ...output, outputText: `${outputText}\n//# sourceURL=${cellFile(currentCell.count)}` };
}

require.cache[typeScriptFile]!.exports = { ...ts, createWatchCompilerHost, transpileModule };

export const { createConverter } = tslabRequire('./dist/converter') as typeof import('tslab/dist/converter');
export const { createExecutor } = tslabRequire('./dist/executor') as typeof import('tslab/dist/executor');
/** The module itself, for its variable `lastWriteDisplayData`, through which tslab's `display` speaks. */
export const jupyter = tslabRequire('./dist/jupyter') as {
  JupyterHandlerImpl: typeof import('tslab/dist/jupyter').JupyterHandlerImpl;
  lastWriteDisplayData: unknown;
};
