// Brings the installed packages and the build up to date. No dependencies: this runs on a fresh clone, before anything
// is installed. What it says goes to standard error; standard output belongs to the commands.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const inProject = (...names) => path.join(projectRoot, ...names);
const say = (text) => process.stderr.write(`clr-lab: ${text}\n`);

/** The compiler found errors in src/. `output` is what it said. */
export class BuildError extends Error {
  constructor(output) {
    super('src/ does not compile');
    this.output = output;
  }
}

/**
 * Installs the locked packages if they are missing or out of date, then compiles src/ to dist/ if it changed since the
 * last build. Does nothing, within some 20 ms, if all is up to date. Processes that prepare at the same time take turns.
 * `quiet` keeps the compiler's messages for the BuildError that is thrown when src/ does not compile.
 */
export async function prepare({ quiet = false } = {}) {
  if (packagesAreCurrent() && buildIsCurrent()) return;
  await withLock(async () => {
    if (!packagesAreCurrent()) await installPackages();
    if (!buildIsCurrent()) await build(quiet);
  });
}

// ---- packages

function readJson(...names) {
  try {
    return JSON.parse(readFileSync(inProject(...names), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether what npm says it installed is what package-lock.json asks for. */
function packagesAreCurrent() {
  const wanted = readJson('package-lock.json')?.packages;
  const installed = readJson('node_modules', '.package-lock.json')?.packages;
  if (wanted === undefined || installed === undefined) return false;
  // Not `resolved`: whether npm writes down where a package came from is a setting.
  const same = (a, b) => a.version === b.version && a.integrity === b.integrity && a.link === b.link;
  return (
    // Optional packages may be left out: those of other platforms, and what could not be downloaded.
    Object.entries(wanted).every(([name, entry]) =>
      name === '' || (installed[name] === undefined ? entry.optional === true : same(entry, installed[name]))) &&
    Object.keys(installed).every((name) => name in wanted)
  );
}

async function installPackages() {
  say('installing the locked packages (npm ci); this takes a minute or two the first time');
  const { code } = await run('npm ci', [], { shell: true });
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; its messages are above`);
}

// ---- build

const stampFile = inProject('dist', '.stamp');

function* sourceFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* sourceFiles(name);
    else if (/\.([cm]?tsx?|css|html)$/.test(entry.name)) yield name;
  }
}

/** Changes with every file of src/ that is edited, added or removed, and with the compiler and its settings. */
function fingerprint() {
  const hash = createHash('sha256').update(process.platform);
  for (const file of [inProject('tsconfig.json'), inProject('package-lock.json'), ...[...sourceFiles(inProject('src'))].sort()]) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${path.relative(projectRoot, file)} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

function buildIsCurrent() {
  try {
    return readFileSync(stampFile, 'utf8') === fingerprint();
  } catch {
    return false;
  }
}

async function build(quiet) {
  // Taken first: a file edited during the build makes the next one necessary.
  const stamp = fingerprint();
  if (!quiet) say('compiling src/');
  removeOrphans();
  const { code, output } = await run(process.execPath, [inProject('node_modules', 'typescript', 'bin', 'tsc'), '-p', projectRoot], { quiet });
  if (code !== 0) throw new BuildError(output);
  await bundlePage();
  writeFileSync(stampFile, stamp);
}

/** The explorer's page as one script, with its packages inside. Where the bundler does not run, all but the explorer works. */
async function bundlePage() {
  const entry = inProject('src', 'explorer', 'page', 'app.tsx');
  if (!exists(entry)) return;
  try {
    const { build: bundle } = await import('esbuild');
    await bundle({
      entryPoints: [entry], outdir: inProject('dist', 'explorer', 'page'), bundle: true, minify: true,
      format: 'iife', target: 'es2022', charset: 'utf8', tsconfig: inProject('src', 'explorer', 'page', 'tsconfig.json'), logLevel: 'silent',
    });
  } catch (error) {
    if (error.errors?.length > 0) throw new BuildError(`${error.message}\n`);
    say(`the explorer's page could not be built: ${error.message}`);
  }
}

/** Removes from dist/ what was built from files that are no longer in src/. */
function removeOrphans(folder = inProject('dist')) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      removeOrphans(name);
      continue;
    }
    const source = inProject('src', path.relative(inProject('dist'), name)).replace(/(\.d)?\.([cm]?)[jt]s(\.map)?$/, '.$2ts');
    if (source.endsWith('ts') && !exists(source) && !exists(`${source}x`)) rmSync(name);
  }
}

const exists = (file) => statSync(file, { throwIfNoEntry: false }) !== undefined;

// ---- processes

function run(command, args, { shell = false, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2];
    const child = spawn(command, args, { cwd: projectRoot, shell, stdio });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

// ---- taking turns

const lockFile = inProject('dist', '.lock');

async function withLock(work) {
  mkdirSync(inProject('dist'), { recursive: true });
  for (let attempt = 1; !takeLock(); attempt++) {
    if (attempt === 5) say('waiting for another process that installs or builds');
    await delay(100);
  }
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function takeLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (holderIsGone()) {
    // Renaming succeeds for one process only; whoever fails waits for the next round.
    const aside = `${lockFile}-${process.pid}`;
    try {
      renameSync(lockFile, aside);
      rmSync(aside);
    } catch {
      // another process was quicker
    }
  }
  return false;
}

/** Whether the process that holds the lock has ended without releasing it. */
function holderIsGone() {
  try {
    const holder = Number(readFileSync(lockFile, 'utf8'));
    // Empty for the instant between its creation and its content; then its age decides.
    if (!(holder > 0)) return Date.now() - statSync(lockFile).mtimeMs > 5000;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
