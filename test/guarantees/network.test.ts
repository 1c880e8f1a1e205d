import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

const start = join(__dirname, '..', '..', 'src', 'cli', 'start.mjs');
const folder = mkdtempSync(join(tmpdir(), 'clr-lab-network-'));
afterAll(() => rmSync(folder, { recursive: true }));
let log: string;
let count = 0;
beforeEach(() => {
  log = join(folder, `log-${count++}`);
});

const larger = process.env.CLR_LAB_TEST_ALL !== undefined;

/** What a user may run, on the synthetic set: CIFAR-10 is the one thing that is fetched. */
const programs: Record<string, readonly string[]> = {
  'a training': ['train', '--step-size', '10', '--measurements', '1'],
  ...(larger && {
    'a training on tfjs': ['train', '--step-size', '10', '--measurements', '1', '--engine', 'tfjs'],
    'a search': ['search', '--range', '1e-4:1e-2', '--count', '2', '--step-size', '10'],
    'a report': ['report', '--only', 'figure-3', '--set', 'quick=true', '--output', join(folder, 'report')],
  }),
};

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function run(command: string, parameters: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { CIFAR10_DIR: _, CI: _ci, ...inherited } = process.env; // some programs are silent where they are tested
  const own = { CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '300', CLR_LAB_CACHE: join(folder, 'cache'), CLR_LAB_RUNS: join(folder, `runs-${count}`) };
  const child = spawn(command, parameters, { env: { ...inherited, ...own, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

const asked = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');

describe('with a hook in all threads and processes', () => {
  const hooked = (...parameters: readonly string[]) => run(process.execPath, parameters, { NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, 'no-network.cjs'))}`, CLR_LAB_NETWORK_LOG: log });

  test.each(Object.keys(programs))('%s asks for no network', async (name) => {
    const { code, output } = await hooked(start, ...programs[name]);
    expect(code, output).toBe(0);
    expect(asked()).toBe('');
  }, 300_000);

  test('who does ask is found', async () => {
    for (const code of ["require('net').connect(9, '192.0.2.1')", "fetch('http://192.0.2.1/').catch(() => {})", "require('https').get('https://clr-lab.invalid').on('error', () => {})", "new (require('worker_threads').Worker)(`require('dns').resolve4('clr-lab.invalid', () => {})`, { eval: true }).on('error', () => {})"]) {
      const before = asked();
      await hooked('-e', `try { ${code} } catch {}`);
      expect(asked().length, code).toBeGreaterThan(before.length);
    }
  }, 60_000);
});

const strace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

describe.runIf(larger && strace)('in the eyes of the operating system, native libraries included', () => {
  const traced = async (command: string, ...parameters: readonly string[]) => {
    const ended = await run('strace', ['-f', '-qq', '-e', 'trace=connect,sendto,sendmsg,listen', '-o', log, command, ...parameters]);
    return { ...ended, calls: asked().split('\n').filter((line) => /AF_INET|listen\(/.test(line)) };
  };

  test.each(Object.keys(programs))('%s connects to nothing and listens nowhere', async (name) => {
    const { code, output, calls } = await traced(process.execPath, start, ...programs[name]);
    expect(code, output).toBe(0);
    expect(calls).toEqual([]);
  }, 600_000);

  test('who does connect is found', async () => {
    const { calls } = await traced(process.execPath, '-e', "require('net').connect(9, '127.0.0.1').on('error', () => {})");
    expect(calls.length).toBeGreaterThan(0);
  });
});

test.skipIf(!larger || strace)('STRACE IS NOT INSTALLED (Debian: strace): what native libraries connect to was not watched', () => undefined);
