import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = path.resolve(__dirname, '..', '..');
const mainSource = (text: string) => `import { word } from './word';\nconsole.log(${JSON.stringify(text)}, word, process.argv.slice(2).join());\nif (process.argv[2] === 'exit') process.exit(7);\n`;

describe('src/cli/start.mjs', () => {
  let project: string;
  const file = (...names: string[]) => path.join(project, ...names);

  /** A small project with the real start-up and the real compiler. */
  beforeEach(() => {
    project = mkdtempSync(path.join(os.tmpdir(), 'clr-lab-start-test-'));
    mkdirSync(file('src', 'cli'), { recursive: true });
    for (const name of ['start.mjs', 'prepare.mjs']) cpSync(path.join(root, 'src/cli', name), file('src/cli', name));
    writeFileSync(file('package.json'), '{ "type": "commonjs" }');
    cpSync(path.join(root, 'package-lock.json'), file('package-lock.json'));
    symlinkSync(path.join(root, 'node_modules'), file('node_modules'), 'junction');
    const compilerOptions = { module: 'node16', target: 'es2022', strict: true, incremental: true, rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo', types: ['node'] };
    writeFileSync(file('tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
    writeFileSync(file('src/cli/main.ts'), mainSource('first'));
    writeFileSync(file('src/cli/word.ts'), "export const word: string = 'word';\n");
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  function start(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string; seconds: number }> {
    const begin = performance.now();
    const child = spawn(process.execPath, [file('src/cli/start.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr, seconds: (performance.now() - begin) / 1000 })));
  }

  test('builds, runs the command, hands on arguments and exit code, and next time only runs', async () => {
    const first = await start('a', '--b');
    expect(first).toMatchObject({ code: 0, stdout: 'first word a,--b\n', stderr: 'clr-lab: compiling src/\n' });
    const second = await start('exit');
    expect(second).toMatchObject({ code: 7, stdout: 'first word exit\n', stderr: '' });
    expect(second.seconds).toBeLessThan(first.seconds / 2);
  });

  test('builds again when a file is edited, also if it looks older, or removed', async () => {
    await start();
    writeFileSync(file('src/cli/main.ts'), mainSource('second'));
    utimesSync(file('src/cli/main.ts'), 1, 1);
    expect((await start()).stdout).toBe('second word \n');
    rmSync(file('src/cli/word.ts'));
    const broken = await start();
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/src\/cli\/main\.ts\(1,22\): error TS2307[^]*does not compile/);
    writeFileSync(file('src/cli/main.ts'), "console.log('third');\n");
    expect(await start()).toMatchObject({ code: 0, stdout: 'third\n' });
    expect(existsSync(file('dist/cli/word.js'))).toBe(false);
  });

  test('processes at once take turns, and one that died does not hold up the others', async () => {
    mkdirSync(file('dist'));
    writeFileSync(file('dist/.lock'), '99999999');
    const all = await Promise.all([start('1'), start('2'), start('3')]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(all.map(({ stdout }) => stdout)).toEqual(['first word 1\n', 'first word 2\n', 'first word 3\n']);
    expect(all.filter(({ stderr }) => stderr.includes('compiling'))).toHaveLength(1);
    expect(existsSync(file('dist/.lock'))).toBe(false);
  });

  test('installs the locked packages if what is installed is something else, and says so', async () => {
    rmSync(file('node_modules'));
    mkdirSync(file('node_modules'));
    const lock = JSON.parse(readFileSync(file('package-lock.json'), 'utf8')) as { packages: Record<string, { version?: string }> };
    lock.packages['node_modules/tslab']!.version = '0.0.1';
    writeFileSync(file('node_modules/.package-lock.json'), JSON.stringify(lock));
    // A lockfile that npm refuses at once: nothing is downloaded here.
    writeFileSync(file('package.json'), '{ "name": "x", "dependencies": { "not-in-the-lockfile": "1.0.0" } }');
    const { code, stderr } = await start();
    expect(code).toBe(1);
    expect(stderr).toMatch(/installing the locked packages[^]*npm ci failed with exit code/);
  });
});
