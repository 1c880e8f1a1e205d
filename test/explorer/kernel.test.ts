import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { KernelClient } from '../notebook/kernel-client';
import { quickSettings } from './explorer';

const folder = mkdtempSync(join(tmpdir(), 'clr-lab-explorer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const built = join(__dirname, '..', '..', 'dist', 'explorer', 'explore');

it('the explorer of a notebook shows a frame, goes on between cells, and ends with the kernel while it trains', async () => {
  const kernel = await KernelClient.start({ CIFAR10_DIR: '', CLR_LAB_DATA: 'synthetic', CLR_LAB_SYNTHETIC_RECORDS: '300', CLR_LAB_CACHE: join(folder, 'cache'), CLR_LAB_RUNS: join(folder, 'runs') });
  try {
    const { published } = await kernel.run(`const explorer = await require(${JSON.stringify(built)}).explore({ settings: { hidden: 20 } });\nconsole.log(explorer.url);`);
    const html = published.flatMap(({ content }) => (content as { data?: Record<string, string> }).data?.['text/html'] ?? []).join('');
    expect(html).toContain('explorer runs in the kernel');
    const url = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//.exec(html)![0];
    const settings = { ...quickSettings, updates: 500_000, measurementsPerEpoch: 0.01 };
    const ask = () => fetch(`${url}api/jobs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'run', settings }) });
    expect((await ask()).status).toBe(201);
    await kernel.run('1 + 1');
    expect((await fetch(url)).status).toBe(200);
    const started = performance.now();
    await kernel.ask('shutdown_request', { restart: false }, { control: true, withPublished: false });
    await kernel.exited;
    expect(performance.now() - started).toBeLessThan(5000);
    await expect(fetch(url)).rejects.toThrow();
  } finally {
    await kernel.stop();
  }
});
