import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { quickSettings } from './explorer';

const folder = mkdtempSync(join(tmpdir(), 'clr-lab-explorer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isOpen = (port: number) => new Promise<boolean>((resolve) => {
  const socket = connect(port, '127.0.0.1').once('connect', () => resolve(true)).once('error', () => resolve(false));
  setTimeout(() => socket.destroy(), 500);
});

it.each(['SIGINT', 'SIGTERM'] as const)('clr-lab explore ends on %s while it trains, and leaves no port', async (signal) => {
  const { CIFAR10_DIR: _, ...environment } = process.env;
  const child = spawn(process.execPath, ['dist/cli/main.js', 'explore'], {
    env: { ...environment, CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '300', CLR_LAB_CACHE: join(folder, 'cache'), CLR_LAB_RUNS: join(folder, 'runs') }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    let text = '';
    for await (const data of child.stdout) if ((text += String(data)).includes('Ctrl-C')) break;
    const url = /http:\S+/.exec(text)![0];
    const { port } = new URL(url);
    const settings = { ...quickSettings, updates: 500_000, measurementsPerEpoch: 0.01 };
    const { status } = await fetch(`${url}api/jobs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'run', settings }) });
    expect(status).toBe(201);
    const stream = await fetch(`${url}api/events`); // a page that is open does not hold it up
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await isOpen(Number(port))).toBe(true);
    const started = performance.now();
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(performance.now() - started).toBeLessThan(5000);
    await stream.body?.cancel().catch(() => {});
    expect(await isOpen(Number(port))).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});
